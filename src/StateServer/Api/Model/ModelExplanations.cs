using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Model.View;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>
/// Says why a unit or machine stands where it does: what the records tell, on any member, and what the planner tells, where this
/// member leads. Thread-safe.
/// </summary>
/// <param name="preview">The planner; null where this member has none.</param>
internal sealed class ModelExplanations(IPlanPreview? preview = null)
{
    /// <summary>Explains a unit (its name has a slash) or a machine.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is none, or the text names neither.</exception>
    public async Task<Wire.ExplainResponse> ExplainAsync(string subject, ReplicatedState state, CancellationToken cancellationToken)
    {
        var response = new Wire.ExplainResponse { Revision = state.Keyspace.Revision.Value };
        if (subject.Contains('/', StringComparison.Ordinal))
        {
            UnitName name = ModelRequests.Unit(subject);
            UnitRecord unit = state.Model.Units.GetValueOrDefault(name) ?? throw ModelFailure.NotFound($"unit \"{name}\" not found");
            Tell(response, unit, state.Model);
            await AddPlacementAsync(response, planner => planner.ExplainAsync(state, name, cancellationToken));
        }
        else
        {
            MachineId id = subject.All(char.IsAsciiDigit)
                ? ModelRequests.Machine(subject)
                : throw ModelFailure.Wrong($"'{subject}' is no unit or machine; give such as web/0 or 3");
            MachineRecord machine =
                state.Model.Machines.GetValueOrDefault(id) ?? throw ModelFailure.NotFound($"machine {id} not found");
            Tell(response, machine);
            await AddPlacementAsync(response, planner => planner.ExplainAsync(state, id, cancellationToken));
        }

        return response;
    }

    private static void Tell(Wire.ExplainResponse response, UnitRecord unit, ModelState model)
    {
        MachineRecord? machine = unit.Machine is { } id ? model.Machines.GetValueOrDefault(id) : null;
        response.Subject = $"unit {unit.Name}";
        response.Summary = machine is null
            ? $"{unit.Name} has no machine yet{Wanted(unit.Directive)}{Message(unit.Message)}"
            : $"{unit.Name} is {ModelWords.Of(unit.Status)} on machine {machine.Id} in {Place(machine)}{Wanted(unit.Directive)}{Message(unit.Message)}";
        if (unit.Life == Life.Dying)
        {
            response.Awaited.Add("it is to go: its process is stopped first");
        }

        if (unit.Predecessor is { } earlier)
        {
            response.Awaited.Add(model.Services.GetValueOrDefault(unit.Name.Service) is { IsSingleton: true }
                ? $"the end of its earlier process on machine {earlier.Machine}: no two may run at once"
                : $"its earlier process on machine {earlier.Machine} may still run");
        }

        if (machine is not null)
        {
            Await(response, machine);
            response.Attempts.Add(machine.Attempts.Select(ModelMessages.ToMessage));
        }
    }

    private static void Tell(Wire.ExplainResponse response, MachineRecord machine)
    {
        response.Subject = $"machine {machine.Id}";
        response.Summary =
            $"machine {machine.Id} is {ModelWords.Of(machine.Status)}{(machine.Cordoned ? " and cordoned" : "")} in {Place(machine)}{Wanted(machine.Directive)}{Message(machine.Message)}";
        if (machine.Life == Life.Dying)
        {
            response.Awaited.Add("it is to go: its instance is terminated first");
        }

        Await(response, machine);
        response.Attempts.Add(machine.Attempts.Select(ModelMessages.ToMessage));
    }

    private static void Await(Wire.ExplainResponse response, MachineRecord machine)
    {
        string? awaited = machine.Status switch
        {
            MachineStatus.Pending => $"the launch of machine {machine.Id}{Message(machine.Message)}",
            MachineStatus.Launching => $"the outcome of launch attempt {machine.Attempts[^1].Number} of machine {machine.Id} in zone {machine.Attempts[^1].Zone}",
            MachineStatus.Starting => $"the first word of the agent on machine {machine.Id}",
            MachineStatus.Lost => $"machine {machine.Id} is lost: its units are placed elsewhere",
            MachineStatus.Terminating => $"the end of machine {machine.Id}'s instance",
            _ => null,
        };
        if (awaited is not null)
        {
            response.Awaited.Add(awaited);
        }
    }

    private async Task AddPlacementAsync(
        Wire.ExplainResponse response, Func<IPlanPreview, ValueTask<PlacementExplanation>> explain)
    {
        if (preview is null)
        {
            response.WithoutPlan = "this member has no planner";
            return;
        }

        try
        {
            PlacementExplanation explanation = await explain(preview);
            response.Zones.Add(explanation.Zones.Select(ToMessage));
            response.Machines.Add(explanation.Machines.Select(ToMessage));
            response.Awaited.Add(explanation.Awaited.Except(response.Awaited));
        }
        catch (PlanUnavailableException unavailable)
        {
            response.WithoutPlan = unavailable.Message;
        }
    }

    private static Wire.Candidate ToMessage(PlacementCandidate candidate)
    {
        var message = new Wire.Candidate
        {
            Name = candidate.Name,
            Chosen = candidate.IsChosen,
            FilteredBy = candidate.FilteredBy,
            Reason = candidate.Reason,
        };
        message.Scores.Add(candidate.Scores.Select(s => new Wire.Score { Rule = s.Rule, Value = s.Value }));
        return message;
    }

    private static string Place(MachineRecord machine) => machine.Zone is { } zone ? $"zone {zone}" : "no zone yet";

    private static string Wanted(PlacementDirective directive) => directive.IsNone ? "" : $", wanted by --to {directive}";

    private static string Message(string message) => message.Length == 0 ? "" : $": {message}";
}
