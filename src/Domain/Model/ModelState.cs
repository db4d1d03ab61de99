using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>The model at one index: what an environment is to consist of, and what is known of it. Immutable.</summary>
public sealed record ModelState
{
    /// <summary>A model of nothing: the cluster was begun without an environment.</summary>
    public static ModelState Empty { get; } = new();

    private UnitPlaces? _places;
    private RecentChanges _changes = new();

    /// <summary>The environment; null where none was bootstrapped.</summary>
    public EnvironmentSettings? Environment { get; init; }

    /// <summary>The machines, by number.</summary>
    public ImmutableSortedDictionary<MachineId, MachineRecord> Machines
    {
        get;
        init
        {
            field = value;
            _changes = new();
        }
    } = ImmutableSortedDictionary<MachineId, MachineRecord>.Empty;

    /// <summary>The services, by name.</summary>
    public ImmutableSortedDictionary<ServiceName, ServiceRecord> Services { get; init; } =
        ImmutableSortedDictionary<ServiceName, ServiceRecord>.Empty;

    /// <summary>The units, by service and number.</summary>
    public ImmutableSortedDictionary<UnitName, UnitRecord> Units
    {
        get;
        init
        {
            field = value;
            _places = null;
            _changes = new();
        }
    } = ImmutableSortedDictionary<UnitName, UnitRecord>.Empty;

    /// <summary>The zones of which something is remembered, by name.</summary>
    public ImmutableSortedDictionary<Zone, ZoneRecord> Zones { get; init; } = ImmutableSortedDictionary<Zone, ZoneRecord>.Empty;

    /// <summary>The number of the machine that is added next.</summary>
    public int NextMachine { get; init; }

    /// <summary>The number of the newest assignment; 0 before the first.</summary>
    public long LastAssignment { get; init; }

    /// <summary>Why the whole environment waits, as the leader's loop noted last, in one line; empty where it doesn't.</summary>
    public string Notice { get; init; } = "";

    /// <summary>
    /// True from a restore until an operator has confirmed it: no machine is declared lost and no instance ended. What the snapshot
    /// describes may be another cluster's by now.
    /// </summary>
    public bool IsRestored { get; init; }

    /// <summary>What happened last, oldest first; at most <see cref="ModelLimits.MostEvents"/>.</summary>
    public ImmutableList<ModelEvent> Events { get; init; } = [];

    /// <summary>The number of the newest event; 0 before the first.</summary>
    public long LastEvent { get; init; }

    /// <summary>The sum of the hashes of all records and events, kept up to date by Apply.</summary>
    internal ulong EntityDigest { get; init; }

    /// <summary>Which units are where; made from <see cref="Units"/> at its first use where Apply did not set it behind them.</summary>
    internal UnitPlaces Places
    {
        get => _places ??= UnitPlaces.Of([.. Units.Values]);
        init => _places = value;
    }

    /// <summary>What Apply changed last; unknown where it did not set it behind the records.</summary>
    internal RecentChanges Changes
    {
        get => _changes;
        init => _changes = value;
    }

    /// <summary>The machines and units that were changed, added or removed since an earlier state, some perhaps more than once.</summary>
    /// <param name="earlier">A state that Apply went on from to this one.</param>
    /// <returns>Null where it is none, or lies further back than the last ten thousand or so changes: compare the records then.</returns>
    public (ImmutableArray<MachineId> Machines, ImmutableArray<UnitName> Units)? ChangesSince(ModelState earlier) =>
        _changes.Since(earlier._changes);

    /// <summary>The units that are assigned to a machine, in order.</summary>
    public ImmutableSortedSet<UnitName> UnitsOn(MachineId machine) => UnitPlaces.At(Places.Assigned, machine);

    /// <summary>The units whose predecessor is on a machine: there, something of them may still run.</summary>
    public ImmutableSortedSet<UnitName> UnitsThatLeft(MachineId machine) => UnitPlaces.At(Places.Left, machine);

    /// <summary>The units of a service, by number.</summary>
    public ImmutableSortedSet<UnitName> UnitsOf(ServiceName service) => UnitPlaces.At(Places.OfService, service);
}
