using Grpc.Core;

namespace StateServer.Client.Failures;

/// <summary>A watch can't go on: the history that it needs was compacted. Read the keys anew, and watch from the revision of that read on.</summary>
/// <param name="nextRevision">The revision that was needed next.</param>
/// <param name="compactedRevision">The compacted revision: the oldest that can be watched from; 0 where the member did not tell.</param>
public sealed class WatchCompactedException(long nextRevision, long compactedRevision) : StateServerException(
    StatusCode.OutOfRange, $"revision {nextRevision} has been compacted: the oldest one kept is {compactedRevision}", null)
{
    /// <summary>The revision that was needed next.</summary>
    public long NextRevision { get; } = nextRevision;

    /// <summary>The compacted revision: the oldest that can be watched from; 0 where the member did not tell.</summary>
    public long CompactedRevision { get; } = compactedRevision;
}
