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

    /// <summary>The linearizable reads that were answered.</summary>
    public ConcurrentQueue<AnsweredRead> Reads { get; } = new();

    /// <summary>Who said of itself, twice in a row, that it leads, and in which term.</summary>
    public ConcurrentDictionary<LeaderClaim, byte> Claims { get; } = new();

    /// <summary>When members were seen to be gone, nanoseconds of the monotonic clock: they had been removed before.</summary>
    public ConcurrentDictionary<ulong, long> Removed { get; } = new();

    /// <summary>Members that were seen to leave before they were lost: whoever comes in their place may have been sent to their own zone before.</summary>
    public ConcurrentDictionary<ulong, byte> Leaving { get; } = new();

    /// <summary>The zones in which members were lost that were not leaving.</summary>
    public ConcurrentDictionary<ulong, string> LostIn { get; } = new();

    /// <summary>Members that took the place of lost ones, and their zones.</summary>
    public ConcurrentDictionary<(ulong Newcomer, ulong Lost), string> Replacements { get; } = new();

    /// <summary>Folders of machines that came to be at a later attempt than the first.</summary>
    public ConcurrentDictionary<string, byte> LaterAttempts { get; } = new();
}
