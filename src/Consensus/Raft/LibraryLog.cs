using Microsoft.Extensions.Logging;

namespace StateServer.Consensus.Raft;

/// <summary>
/// What the library logs: it tells each attempt of an election and each failed message, at levels for people, again and again
/// while a quorum is missing. Here that is debugging; changes of leader are logged by <see cref="RaftNode"/>, and what peers
/// refuse or fail is in metrics. Errors stay errors, but for one: that a replication was called off, as it is whenever its member loses its
/// vote or its leader leads no more.
/// </summary>
/// <param name="inner">Where it goes.</param>
internal sealed class LibraryLog(ILogger inner) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => inner.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(LevelHere(logLevel));

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var level = exception is OperationCanceledException ? LogLevel.Debug : LevelHere(logLevel);
        if (inner.IsEnabled(level))
        {
            inner.Log(level, eventId, state, exception, formatter);
        }
    }

    private static LogLevel LevelHere(LogLevel level)
        => level is LogLevel.Information or LogLevel.Warning ? LogLevel.Debug : level;
}
