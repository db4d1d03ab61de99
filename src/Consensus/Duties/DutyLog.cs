using Microsoft.Extensions.Logging;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Duties;

/// <summary>What the duties log. Event ids 4030 to 4049.</summary>
internal static partial class DutyLog
{
    [LoggerMessage(4030, LogLevel.Warning, "The duty {Duty} failed and is tried again: {Cause}")]
    public static partial void Failed(ILogger logger, string duty, string cause);

    [LoggerMessage(4031, LogLevel.Information, "This member's record is proposed: {Reason}")]
    public static partial void Registering(ILogger logger, string reason);

    [LoggerMessage(4032, LogLevel.Information, "The feature level {Level} is proposed: all members know it")]
    public static partial void RaisingLevel(ILogger logger, int level);

    [LoggerMessage(4033, LogLevel.Critical, "Member {Member} differs from the majority at index {Index}: the alarm CORRUPT is raised, and it must be replaced")]
    public static partial void Corrupt(ILogger logger, NodeId member, long index);

    [LoggerMessage(4034, LogLevel.Critical, "Members differ at index {Index}, and no majority agrees: {Members}")]
    public static partial void Undecided(ILogger logger, long index, string members);

    [LoggerMessage(4035, LogLevel.Warning, "This leader hands over: {Reason}")]
    public static partial void HandingOver(ILogger logger, string reason);

    [LoggerMessage(4036, LogLevel.Information, "A snapshot at {Index} was written: {Bytes} bytes in {Elapsed}")]
    public static partial void SnapshotWritten(ILogger logger, long index, long bytes, TimeSpan elapsed);

    [LoggerMessage(4037, LogLevel.Error, "Writing a snapshot at {Index} failed; the next attempt is in {Pause}: {Cause}")]
    public static partial void SnapshotFailed(ILogger logger, long index, TimeSpan pause, string cause);

    [LoggerMessage(4045, LogLevel.Information, "Compacted on schedule up to revision {Revision}")]
    public static partial void Compacted(ILogger logger, long revision);

    [LoggerMessage(4046, LogLevel.Error, "The state takes {Use} bytes of its quota of {Quota}, and it wants to grow past it: what grows is refused; delete keys and compact, or raise --quota-bytes on all members")]
    public static partial void QuotaPassed(ILogger logger, long use, long quota);

    [LoggerMessage(4047, LogLevel.Information, "The alarm NOSPACE is cleared: the state takes {Use} bytes of its quota of {Quota}")]
    public static partial void SpaceAlarmCleared(ILogger logger, long use, long quota);
}
