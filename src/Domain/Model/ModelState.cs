using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>The model at one index: what an environment is to consist of, and what is known of it. Immutable.</summary>
public sealed record ModelState
{
    /// <summary>A model of nothing: the cluster was begun without an environment.</summary>
    public static ModelState Empty { get; } = new();

    /// <summary>The environment; null where none was bootstrapped.</summary>
    public EnvironmentSettings? Environment { get; init; }

    /// <summary>The machines, by number.</summary>
    public ImmutableSortedDictionary<MachineId, MachineRecord> Machines { get; init; } =
        ImmutableSortedDictionary<MachineId, MachineRecord>.Empty;

    /// <summary>The services, by name.</summary>
    public ImmutableSortedDictionary<ServiceName, ServiceRecord> Services { get; init; } =
        ImmutableSortedDictionary<ServiceName, ServiceRecord>.Empty;

    /// <summary>The units, by service and number.</summary>
    public ImmutableSortedDictionary<UnitName, UnitRecord> Units { get; init; } =
        ImmutableSortedDictionary<UnitName, UnitRecord>.Empty;

    /// <summary>The zones of which something is remembered, by name.</summary>
    public ImmutableSortedDictionary<Zone, ZoneRecord> Zones { get; init; } = ImmutableSortedDictionary<Zone, ZoneRecord>.Empty;

    /// <summary>The number of the machine that is added next.</summary>
    public int NextMachine { get; init; }
}
