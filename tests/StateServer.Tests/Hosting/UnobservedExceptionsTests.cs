using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StateServer.Hosting;

namespace StateServer.Tests.Hosting;

public sealed class UnobservedExceptionsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_task_that_failed_unseen_is_told_of()
    {
        var log = new Recorder();
        var told = new UnobservedExceptions(log);
        await told.StartAsync(CancellationToken.None);
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            while (!log.Has("unseen failure"))
            {
                Assert.False(limit.IsCancellationRequested, "nothing was logged");
                FailUnseen();
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            await told.StopAsync(CancellationToken.None);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailUnseen() => _ = Task.FromException(new InvalidOperationException("unseen failure"));

    private sealed class Recorder : ILogger<UnobservedExceptions>
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public bool Has(string text)
        {
            lock (_gate)
            {
                return _lines.Any(l => l.Contains(text, StringComparison.Ordinal) && l.Contains("nobody observed", StringComparison.Ordinal));
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
            {
                _lines.Add($"{formatter(state, exception)} | {exception}");
            }
        }
    }
}
