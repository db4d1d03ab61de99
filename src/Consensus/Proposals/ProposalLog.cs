using Microsoft.Extensions.Logging;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Proposals;

/// <summary>What the proposer logs. Event ids 4000 to 4019.</summary>
internal static partial class ProposalLog
{
    [LoggerMessage(4000, LogLevel.Information, "The stream for proposals to leader {Leader} broke: {Reason}")]
    public static partial void LinkBroke(ILogger logger, NodeId leader, string reason);

    [LoggerMessage(4001, LogLevel.Warning, "Leader {Leader} can't be reached for proposals: {Reason}")]
    public static partial void LinkRefused(ILogger logger, NodeId leader, string reason);

    [LoggerMessage(4002, LogLevel.Error, "Appending failed in a way that leaves the outcome open")]
    public static partial void AppendFailed(ILogger logger, Exception cause);

    [LoggerMessage(4003, LogLevel.Error, "The loop that sends proposals failed and goes on")]
    public static partial void LoopFailed(ILogger logger, Exception cause);

    [LoggerMessage(4004, LogLevel.Warning, "Member {Member} is out of disk space: {Reason}")]
    public static partial void NoSpace(ILogger logger, NodeId member, string reason);

    [LoggerMessage(4005, LogLevel.Information, "Member {Member} has disk space again: {FreeBytes} bytes")]
    public static partial void SpaceIsBack(ILogger logger, NodeId member, long freeBytes);
}
