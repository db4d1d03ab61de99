using Microsoft.Extensions.Logging;

namespace StateServer.Consensus.Raft;

/// <summary>
/// What becomes of a member that was removed from its cluster, whoever told it: it serves nothing from that moment on, its folder
/// is marked so that no later start uses it, it takes no part any more, and then its process may end. Thread-safe.
/// </summary>
/// <param name="folder">Its folder.</param>
/// <param name="stop">Ends its part in the cluster, without handing anything over.</param>
/// <param name="logger">The log for people.</param>
internal sealed partial class Retirement(MemberFolder folder, Func<Task> stop, ILogger logger)
{
    private readonly TaskCompletionSource<string> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _reason;

    /// <summary>Why this member serves nothing any more, in one line; null while it belongs to the cluster.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Ends, with the reason, once the folder is marked and this member takes no part any more; never for one that isn't removed.</summary>
    public Task<string> Completion => _done.Task;

    /// <summary>Begins it, once; returns at once.</summary>
    /// <param name="reason">Who said what, in one line.</param>
    public void Begin(string reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            LogRemoved(logger, reason);
            _ = Task.Run(() => RetireAsync(reason));
        }
    }

    [LoggerMessage(EventId = 3060, Level = LogLevel.Critical, Message = "this member was removed from the cluster and serves nothing any more: {Reason}")]
    private static partial void LogRemoved(ILogger logger, string reason);

    [LoggerMessage(EventId = 3061, Level = LogLevel.Error, Message = "a step of this removed member's end failed; any peer will tell it again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    private async Task RetireAsync(string reason)
    {
        try
        {
            folder.Retire(reason);
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
        }

        try
        {
            await stop().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
        }

        _done.TrySetResult(reason);
    }
}
