using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Hosting.Membership;

/// <summary>Which voters have been far behind for minutes, though they answer. Remembers since when, one look to the next. Thread-safe.</summary>
/// <param name="time">The clock.</param>
internal sealed class Laggards(TimeProvider time)
{
    /// <summary>Entries that a follower may always be behind: under full load some rounds of it, each of hundreds, are on their way.</summary>
    private const long MostBehind = 10_000;

    /// <summary>A snapshot being sent, a compaction of its disk: what passes by itself is over by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private ImmutableDictionary<NodeId, long> _since = ImmutableDictionary<NodeId, long>.Empty;

    /// <summary>Who was behind for long enough at the last look.</summary>
    public ImmutableHashSet<NodeId> Slow { get; private set; } = [];

    /// <summary>Notes a look at all members, and tells who has been behind for long enough.</summary>
    public ImmutableHashSet<NodeId> Look(ImmutableArray<MemberReach> reaches)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            _since = reaches
                .Where(reach => reach.IsVoter && reach.BehindEntries > MostBehind)
                .ToImmutableDictionary(reach => reach.Id, reach => _since.GetValueOrDefault(reach.Id, now));
            Slow = [.. _since.Where(laggard => time.GetElapsedTime(laggard.Value, now) >= Patience).Select(laggard => laggard.Key)];
            return Slow;
        }
    }
}
