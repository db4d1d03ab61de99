using Microsoft.Extensions.Logging;

namespace StateServer.Consensus.Replica;

/// <summary>What the applier logs. Event ids 4020 to 4029.</summary>
internal static partial class ApplyLog
{
    [LoggerMessage(4020, LogLevel.Information, "The state was restored from the snapshot at {Index}, revision {Revision}, in {Elapsed}")]
    public static partial void Restored(ILogger logger, long index, long revision, TimeSpan elapsed);

    [LoggerMessage(4021, LogLevel.Critical, "Entry {Index} can't be applied by this executable, which must stop: {Reason}")]
    public static partial void UnknownFormat(ILogger logger, long index, string reason);

    [LoggerMessage(4022, LogLevel.Critical, "Applying entry {Index} failed: this member stops")]
    public static partial void Failed(ILogger logger, long index, Exception cause);
}
