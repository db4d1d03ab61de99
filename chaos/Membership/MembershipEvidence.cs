using System.Collections.Concurrent;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Membership;

/// <summary>What was seen of a cluster that heals itself. Thread-safe.</summary>
internal sealed class MembershipEvidence
{
    /// <summary>What each write ended with, by its key.</summary>
    public ConcurrentDictionary<string, OperationStatus> Writes { get; } = new();

    /// <summary>Those that were acknowledged.</summary>
    public ConcurrentQueue<AcknowledgedPut> Acknowledged { get; } = new();

    /// <summary>Who said of itself that it leads, and in which term.</summary>
    public ConcurrentDictionary<LeaderClaim, byte> Claims { get; } = new();

    /// <summary>When members were seen to be gone, nanoseconds of the monotonic clock: they had been removed before.</summary>
    public ConcurrentDictionary<ulong, long> Removed { get; } = new();

    /// <summary>The zones in which members were lost.</summary>
    public ConcurrentDictionary<ulong, string> LostIn { get; } = new();

    /// <summary>Members that took the place of lost ones, and their zones.</summary>
    public ConcurrentDictionary<(ulong Newcomer, ulong Lost), string> Replacements { get; } = new();
}
