using Microsoft.Extensions.Logging;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Raft;

public sealed class LibraryLogTest : ILogger
{
    private readonly List<LogLevel> _levels = [];

    [Fact]
    public void What_was_called_off_is_for_debugging_and_an_error_is_an_error()
    {
        var log = new LibraryLog(this);
        log.LogError(new IOException(), "one");
        log.LogError(new OperationCanceledException(), "two");
        log.LogError(new TaskCanceledException(), "three");
        log.LogWarning("four");
        Assert.Equal([LogLevel.Error, LogLevel.Debug, LogLevel.Debug, LogLevel.Debug], _levels);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _levels.Add(logLevel);
}
