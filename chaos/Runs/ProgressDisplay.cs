using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Runs;

/// <summary>
/// What a run is doing: on a terminal one line that is written anew each second, otherwise a line every 15 seconds. Thread-safe.
/// </summary>
internal sealed class ProgressDisplay : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int TicksBetweenLines = 15;

    private readonly TextWriter _writer;
    private readonly RunProgress _progress;
    private readonly bool _rewrites;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private bool _hasStatus;

    /// <param name="writer">Where to.</param>
    /// <param name="progress">What is counted.</param>
    /// <param name="rewrites">Whether the writer is a terminal.</param>
    /// <param name="time">The clock.</param>
    public ProgressDisplay(TextWriter writer, RunProgress progress, bool rewrites, TimeProvider time)
    {
        _writer = writer;
        _progress = progress;
        _rewrites = rewrites;
        _running = RunAsync(time);
    }

    /// <summary>The fault in force.</summary>
    public string Current { get; set; } = "";

    /// <summary>Faults that took effect so far.</summary>
    public int Faults { get; set; }

    /// <summary>The status in one line.</summary>
    public static string Status(int faults, long operationsPerSecond, TimeSpan outage, long ok, string current)
    {
        string now = outage > TimeSpan.FromSeconds(0.5) ? $"no write for {outage.TotalSeconds:0.0} s" : "no outage";
        return $"{faults} faults so far, {operationsPerSecond} ops/s, {now}, {ok} ok{(current.Length > 0 ? $"; {current}" : "")}";
    }

    /// <summary>Writes a line that stays.</summary>
    public void Line(string text)
    {
        lock (_gate)
        {
            if (_hasStatus)
            {
                _writer.Write("\r\u001b[K");
                _hasStatus = false;
            }

            _writer.WriteLine(text);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(TimeProvider time)
    {
        long before = _progress.Ok;
        for (int tick = 1; !_stop.IsCancellationRequested; tick++)
        {
            await Task.Delay(Tick, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            int since = _rewrites ? 1 : TicksBetweenLines;
            if (_stop.IsCancellationRequested || tick % since != 0)
            {
                continue;
            }

            long ok = _progress.Ok;
            string status = Status(Faults, (ok - before) / since, _progress.OutageNow, ok, Current);
            before = ok;
            if (!_rewrites)
            {
                Line("  " + status);
                continue;
            }

            lock (_gate)
            {
                _writer.Write("\r\u001b[K" + status);
                _hasStatus = true;
            }
        }

        Line("");
    }
}
