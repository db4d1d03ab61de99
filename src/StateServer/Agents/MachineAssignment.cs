using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation;
using StateServer.Protos.Agent;

namespace StateServer.Agents;

/// <summary>What a machine is to run, from the model. Pure.</summary>
internal static class MachineAssignment
{
    /// <summary>Most units of one machine; an agent takes no more.</summary>
    public const int MostUnits = ModelLimits.MostUnitsPerMachine;

    /// <summary>
    /// The assignment, its units by name. Units that are to go aren't in it: so they are stopped. A singleton isn't either, as long as
    /// its predecessor may still run.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="revision">The revision that the model was read at.</param>
    /// <param name="incarnation">The environment's incarnation.</param>
    /// <param name="options">The times that singletons are given.</param>
    public static Assignment Of(
        ModelState model,
        MachineRecord machine,
        long revision,
        long incarnation,
        ReconciliationOptions options)
    {
        var assignment = new Assignment
        {
            EnvironmentId = model.Environment!.Id.Value,
            Incarnation = incarnation,
            Revision = revision,
            Zone = machine.Zone?.Name ?? "",
        };
        assignment.Units.AddRange(model.UnitsOn(machine.Id)
            .Select(name => model.Units[name])
            .Where(unit => unit.Life == Life.Alive)
            .Select(unit => (Unit: unit, Service: model.Services.GetValueOrDefault(unit.Name.Service)))
            .Where(pair => pair.Service is { } service && !(service.IsSingleton && pair.Unit.Predecessor is not null))
            .OrderBy(pair => pair.Unit.Name)
            .Take(MostUnits)
            .Select(pair => Unit(pair.Unit, pair.Service!, options)));
        return assignment;
    }

    private static AssignedUnit Unit(UnitRecord unit, ServiceRecord service, ReconciliationOptions options)
    {
        var assigned = new AssignedUnit
        {
            Service = unit.Name.Service.Name,
            Number = unit.Name.Number,
            Assignment = unit.Assignment,
            Singleton = service.IsSingleton,
            LeaseSeconds = service.IsSingleton ? (int)options.SingletonLease.TotalSeconds : 0,
            GraceSeconds = (int)options.StopGrace.TotalSeconds,
        };
        assigned.Command.AddRange(service.Command);
        assigned.Ports.AddRange(service.Ports);
        foreach (var (name, value) in service.Environment)
        {
            assigned.Environment[name] = value;
        }

        return assigned;
    }
}
