using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Reports;

/// <summary>How much more a cluster can lose and still serve. Pure.</summary>
/// <param name="Members">Voters alive less the quorum, at least 0: so many more, whichever they are.</param>
/// <param name="Zones">The zones whose loss, each alone, leaves a quorum of alive voters; by name.</param>
internal sealed record LossTolerance(int Members, ImmutableArray<string> Zones)
{
    /// <summary>Computes it.</summary>
    /// <param name="voters">Every voter: its zone, where it is known, and whether it is alive. A voter of unknown zone is in none that can be lost.</param>
    public static LossTolerance Of(IReadOnlyCollection<(Zone? Zone, bool Alive)> voters)
    {
        int quorum = (voters.Count / 2) + 1;
        int alive = voters.Count(v => v.Alive);
        if (voters.Count == 0 || alive < quorum)
        {
            return new LossTolerance(0, []);
        }

        return new LossTolerance(
            alive - quorum,
            [.. voters.Where(v => v.Zone is not null)
                .Select(v => v.Zone!.Value)
                .Distinct()
                .Order()
                .Where(zone => voters.Count(v => v.Alive && v.Zone != zone) >= quorum)
                .Select(zone => zone.Name)]);
    }
}
