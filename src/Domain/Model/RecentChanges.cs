using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>
/// Which machines and units Apply changed last, so that who follows the model needn't compare it whole. It comes of the records'
/// changes alone, so neither snapshots nor digests hold it. Links of a chain, an entry of the log each, in two generations: the
/// older one is let go when the younger one is full. Immutable.
/// </summary>
internal sealed class RecentChanges
{
    /// <summary>Most machines and units that a generation names: some hundred kilobytes, and ten of the largest commands.</summary>
    public const int MostKept = 10_000;

    private readonly Link _newest;
    private readonly Link? _older;
    private readonly int _kept;

    /// <summary>Nothing is known of what was before.</summary>
    public RecentChanges()
        : this(new Link([], [], null), null, 0)
    {
    }

    private RecentChanges(Link newest, Link? older, int kept) => (_newest, _older, _kept) = (newest, older, kept);

    /// <summary>After one more entry; the same where it changed neither machines nor units.</summary>
    public RecentChanges Add(ImmutableArray<MachineId> machines, ImmutableArray<UnitName> units)
    {
        var more = machines.Length + units.Length;
        if (more == 0)
        {
            return this;
        }

        return _kept + more > MostKept
            ? new RecentChanges(new Link(machines, units, null), _newest, more)
            : new RecentChanges(new Link(machines, units, _newest), _older, _kept + more);
    }

    /// <summary>What changed since then, some of it perhaps more than once; null where that is not known any more, or was another log.</summary>
    public (ImmutableArray<MachineId> Machines, ImmutableArray<UnitName> Units)? Since(RecentChanges then)
    {
        var machines = ImmutableArray.CreateBuilder<MachineId>();
        var units = ImmutableArray.CreateBuilder<UnitName>();
        foreach (var generation in (ReadOnlySpan<Link?>)[_newest, _older])
        {
            for (var link = generation; link is not null; link = link.Earlier)
            {
                if (ReferenceEquals(link, then._newest))
                {
                    return (machines.ToImmutable(), units.ToImmutable());
                }

                machines.AddRange(link.Machines);
                units.AddRange(link.Units);
            }
        }

        return null;
    }

    private sealed record Link(ImmutableArray<MachineId> Machines, ImmutableArray<UnitName> Units, Link? Earlier);
}
