using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Digests;

/// <summary>
/// The hash that each record of the model contributes to the digest, over all its fields. Neither a seed nor the order of the
/// fields may ever change; a new field is added from its feature level on.
/// </summary>
internal static class ModelHash
{
    private const ulong EnvironmentSeed = 11;
    private const ulong MachineSeed = 12;
    private const ulong ServiceSeed = 13;
    private const ulong UnitSeed = 14;
    private const ulong ZoneSeed = 15;
    private const ulong EventSeed = 16;
    private const ulong CountersSeed = 17;

    /// <summary>The sum over all records and events, from scratch; <see cref="ModelState.EntityDigest"/> is the same, kept.</summary>
    public static ulong OfRecords(ModelState model)
    {
        var sum = model.Environment is null ? 0 : Of(model.Environment);
        foreach (var machine in model.Machines.Values)
        {
            sum += Of(machine);
        }

        foreach (var service in model.Services.Values)
        {
            sum += Of(service);
        }

        foreach (var unit in model.Units.Values)
        {
            sum += Of(unit);
        }

        foreach (var zone in model.Zones.Values)
        {
            sum += Of(zone);
        }

        foreach (var told in model.Events)
        {
            sum += Of(told);
        }

        return sum;
    }

    /// <summary>The numbers that count machines, assignments and events, and what is told of the environment as a whole.</summary>
    public static ulong OfCounters(ModelState model)
    {
        var hash = new HashChain(CountersSeed);
        hash.Add((long)model.NextMachine);
        hash.Add(model.LastAssignment);
        hash.Add(model.LastEvent);
        hash.Add(model.Notice);
        hash.Add(model.IsRestored);
        return hash.Value;
    }

    public static ulong Of(EnvironmentSettings environment)
    {
        var hash = new HashChain(EnvironmentSeed);
        hash.Add((long)environment.Id.Value);
        hash.Add(environment.Name);
        hash.Add((long)environment.Type);
        hash.Add(environment.Region);
        AddZones(ref hash, environment.ZoneFilter);
        hash.Add(environment.AvailabilitySetsEnabled);
        hash.Add(environment.DefaultSeries);
        AddConstraints(ref hash, environment.Constraints);
        AddPairs(ref hash, environment.Images);
        hash.Add((long)environment.ReplaceAfterSeconds);
        return hash.Value;
    }

    public static ulong Of(MachineRecord machine)
    {
        var hash = new HashChain(MachineSeed);
        hash.Add((long)machine.Id.Value);
        hash.Add(machine.Series);
        AddConstraints(ref hash, machine.Constraints);
        AddDirective(ref hash, machine.Directive);
        hash.Add((long?)machine.StateServer?.Value);
        hash.Add(machine.Zone?.Name);
        hash.Add((long)machine.Life);
        hash.Add((long)machine.Status);
        hash.Add(machine.Message);
        hash.Add(machine.Instance?.Name);
        hash.Add(machine.Address);
        hash.Add(machine.AgentVersion);
        hash.Add((long)machine.Attempts.Length);
        foreach (var attempt in machine.Attempts)
        {
            hash.Add((long)attempt.Number);
            hash.Add(attempt.Zone.Name);
            hash.Add(attempt.UserDataHash);
            hash.Add((long)attempt.Outcome);
            hash.Add(attempt.Detail);
            hash.Add(attempt.BegunAtMilliseconds);
            hash.Add(attempt.EndedAtMilliseconds);
        }

        hash.Add(machine.Cordoned);
        hash.Add((long)machine.Retries);
        hash.Add(machine.CreatedAtMilliseconds);
        hash.Add(machine.StatusSinceMilliseconds);
        return hash.Value;
    }

    public static ulong Of(ServiceRecord service)
    {
        var hash = new HashChain(ServiceSeed);
        hash.Add(service.Name.Name);
        hash.Add(service.Series);
        AddConstraints(ref hash, service.Constraints);
        hash.Add(service.Command);
        AddPairs(ref hash, service.Environment);
        hash.Add(service.IsSingleton);
        hash.Add((long)service.MostSkew);
        hash.Add((long)service.WhenUnsatisfiable);
        hash.Add(service.IsExposed);
        hash.Add((long)service.Ports.Count);
        foreach (var port in service.Ports)
        {
            hash.Add((long)port);
        }

        hash.Add((long)service.Life);
        hash.Add((long)service.NextUnit);
        hash.Add(service.CreatedAtMilliseconds);
        return hash.Value;
    }

    public static ulong Of(UnitRecord unit)
    {
        var hash = new HashChain(UnitSeed);
        hash.Add(unit.Name.Service.Name);
        hash.Add((long)unit.Name.Number);
        AddDirective(ref hash, unit.Directive);
        hash.Add((long?)unit.Machine?.Value);
        hash.Add(unit.Assignment);
        hash.Add((long?)unit.Predecessor?.Machine.Value);
        hash.Add(unit.Predecessor?.Assignment);
        hash.Add(unit.Predecessor?.LeftAtMilliseconds);
        hash.Add((long)unit.Life);
        hash.Add((long)unit.Status);
        hash.Add(unit.Message);
        hash.Add(unit.Address);
        hash.Add((long)unit.Restarts);
        hash.Add(unit.CreatedAtMilliseconds);
        hash.Add(unit.StatusSinceMilliseconds);
        return hash.Value;
    }

    public static ulong Of(ZoneRecord zone)
    {
        var hash = new HashChain(ZoneSeed);
        hash.Add(zone.Zone.Name);
        hash.Add(zone.Cordoned);
        hash.Add(zone.AvoidUntilMilliseconds);
        hash.Add(zone.Why);
        return hash.Value;
    }

    public static ulong Of(ModelEvent told)
    {
        var hash = new HashChain(EventSeed);
        hash.Add(told.Number);
        hash.Add(told.AtMilliseconds);
        hash.Add((long)told.Kind);
        hash.Add(told.Subject);
        hash.Add(told.Text);
        return hash.Value;
    }

    public static void AddConstraints(ref HashChain hash, Constraints constraints)
    {
        hash.Add(constraints.Arch);
        hash.Add((long?)constraints.CpuCores);
        hash.Add((long?)constraints.CpuPower);
        hash.Add(constraints.MemoryMiB);
        hash.Add(constraints.RootDiskMiB);
        hash.Add(constraints.InstanceType);
        hash.Add(constraints.Tags);
        AddZones(ref hash, constraints.Zones);
    }

    public static void AddDirective(ref HashChain hash, PlacementDirective directive)
    {
        hash.Add(directive.Zone?.Name);
        hash.Add((long?)directive.Machine?.Value);
    }

    private static void AddZones(ref HashChain hash, ImmutableSortedSet<Zone> zones)
    {
        hash.Add((long)zones.Count);
        foreach (var zone in zones)
        {
            hash.Add(zone.Name);
        }
    }

    private static void AddPairs(ref HashChain hash, ImmutableSortedDictionary<string, string> pairs)
    {
        hash.Add((long)pairs.Count);
        foreach (var (name, value) in pairs)
        {
            hash.Add(name);
            hash.Add(value);
        }
    }
}
