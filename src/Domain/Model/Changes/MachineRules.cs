using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Machines before and beside their launch.</summary>
internal static class MachineRules
{
    /// <summary>Whether a process may run on it: its instance exists, or it may turn out that it does.</summary>
    public static bool MayRun(MachineRecord machine) =>
        machine.Instance is not null || machine.Status == MachineStatus.Launching;

    /// <summary>
    /// The service that a machine was added for; null for one that an operator added. Before a launch, a unit is on a machine
    /// because the machine was added for it, or because an operator named the machine.
    /// </summary>
    /// <param name="draft">The model.</param>
    /// <param name="machine">A machine that was never launched.</param>
    public static ServiceRecord? AddedFor(ModelDraft draft, MachineId machine)
    {
        foreach (var name in UnitPlaces.At(draft.Places.Assigned, machine))
        {
            if (draft.Units.Get(name).Directive.Machine is null)
            {
                return draft.Services.Get(name.Service);
            }
        }

        return null;
    }

    /// <summary>Null, or that there is no such machine.</summary>
    public static Rejection? Find(ModelDraft draft, MachineId id, out MachineRecord? machine) =>
        draft.Machines.TryGet(id, out machine) ? null : ModelRefusal.NotFound($"machine {id} not found");

    public static Rejection? CheckRoom(ModelDraft draft, int count) =>
        draft.Machines.Count + count > ModelLimits.MostMachines
            ? ModelRefusal.Limit(
                $"{count} machines beside the {draft.Machines.Count} there are: at most {ModelLimits.MostMachines} may be")
            : null;

    /// <summary>Null, or why a machine can't be added so.</summary>
    public static Rejection? Check(ModelDraft draft, NewMachine machine)
    {
        var refused = ArgumentCheck.Name(machine.Series, "series")
                      ?? ArgumentCheck.Constraints(machine.Constraints)
                      ?? ArgumentCheck.MachineDirective(draft, machine.Directive)
                      ?? (machine.Zone is { } zone ? ArgumentCheck.Zone(zone) : null);
        if (refused is not null)
        {
            return refused;
        }

        return machine.Zone is { } reserved && machine.Directive.Zone is { } asked && reserved != asked
            ? ModelRefusal.Conflict($"a machine was asked for in zone {asked}, not in {reserved}")
            : null;
    }

    public static Rejection? Add(ModelDraft draft, AddMachinesCommand add)
    {
        var machine = new NewMachine(add.Series, add.Constraints, add.Directive, add.Directive.Zone);
        var refused = ArgumentCheck.Count(add.Count, 1, "machines") ?? Check(draft, machine) ?? CheckRoom(draft, add.Count);
        if (refused is not null)
        {
            return refused;
        }

        draft.Added = (draft.NextMachine, add.Count);
        for (var i = 0; i < add.Count; i++)
        {
            Add(draft, machine);
        }

        return null;
    }

    /// <summary>Adds a machine that was checked.</summary>
    /// <param name="draft">The model.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="stateServer">The member that is to run on it; null for none.</param>
    public static MachineId Add(ModelDraft draft, NewMachine machine, NodeId? stateServer = null)
    {
        var id = draft.TakeMachineId();
        draft.Machines.Set(new MachineRecord(
            id,
            machine.Series,
            machine.Constraints,
            machine.Directive,
            stateServer,
            machine.Zone,
            Life.Alive,
            MachineStatus.Pending,
            Message: "",
            Instance: null,
            Address: null,
            AgentVersion: null,
            Attempts: [],
            Cordoned: false,
            Retries: 0,
            draft.Timestamp,
            draft.Timestamp));
        var place = machine.Zone is { } zone ? $"added in zone {zone}" : "added";
        draft.Tell(ModelEventKind.MachineAdded, $"machine {id}", place);
        return id;
    }

    public static Rejection? Adopt(ModelDraft draft, AdoptMachineCommand adopt)
    {
        var refused = ArgumentCheck.Name(adopt.Series, "series")
                      ?? ArgumentCheck.Zone(adopt.Zone)
                      ?? ArgumentCheck.Name(adopt.Instance.Name ?? "", "instance id")
                      ?? ArgumentCheck.Name(adopt.Address, "address")
                      ?? (adopt.StateServer.IsNone ? ModelRefusal.Invalid("an adopted machine needs the id of its member") : null);
        if (refused is not null)
        {
            return refused;
        }

        foreach (var known in draft.Machines.Values)
        {
            if (known.StateServer == adopt.StateServer)
            {
                draft.Added = (known.Id.Value, 1);
                return null;
            }

            if (known.Instance == adopt.Instance)
            {
                return ModelRefusal.Exists($"instance {adopt.Instance} is machine {known.Id} already");
            }
        }

        return CheckRoom(draft, 1) is { } full ? full : AddAdopted(draft, adopt);
    }

    public static Rejection? Retry(ModelDraft draft, MachineId id)
    {
        if (Find(draft, id, out var machine) is { } missing)
        {
            return missing;
        }

        if (machine!.Life != Life.Alive || machine.Status != MachineStatus.Pending)
        {
            return ModelRefusal.Conflict($"machine {id} does not wait to be launched, so there is nothing to retry");
        }

        if (machine.Attempts is [.., { Outcome: LaunchOutcome.CapacityExhausted or LaunchOutcome.ZoneUnavailable }])
        {
            // What keeps it waiting is what is remembered of zones.
            ZoneRules.ClearAll(draft);
        }

        draft.Machines.Set(machine with { Retries = checked(machine.Retries + 1), Message = "" });
        draft.Tell(ModelEventKind.ProvisioningRetried, $"machine {id}", "an operator asked to try again");
        return null;
    }

    public static Rejection? Cordon(ModelDraft draft, CordonMachineCommand cordon)
    {
        if (Find(draft, cordon.Machine, out var machine) is { } missing)
        {
            return missing;
        }

        if (machine!.Cordoned != cordon.Cordoned)
        {
            draft.Machines.Set(machine with { Cordoned = cordon.Cordoned });
            var kind = cordon.Cordoned ? ModelEventKind.Cordoned : ModelEventKind.Uncordoned;
            draft.Tell(kind, $"machine {machine.Id}", cordon.Cordoned ? "nothing more is placed on it" : "it takes units again");
        }

        return null;
    }

    private static Rejection? AddAdopted(ModelDraft draft, AdoptMachineCommand adopt)
    {
        var id = draft.TakeMachineId();
        draft.Added = (id.Value, 1);
        draft.Machines.Set(new MachineRecord(
            id,
            adopt.Series,
            Constraints.None,
            PlacementDirective.None,
            adopt.StateServer,
            adopt.Zone,
            Life.Alive,
            MachineStatus.Running,
            Message: "",
            adopt.Instance,
            adopt.Address,
            AgentVersion: null,
            Attempts: [],
            Cordoned: false,
            Retries: 0,
            draft.Timestamp,
            draft.Timestamp));
        draft.Tell(ModelEventKind.MachineAdded, $"machine {id}", $"taken in with a state server, in zone {adopt.Zone}");
        return null;
    }
}
