using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Makes a leader's appends durable on a thread of its own, beside their replication: the gate counts this member only when
/// its disk has them, and whatever was appended meanwhile shares the next sync. Thread-safe.
/// </summary>
internal sealed class LogFlusher : IDisposable
{
    private readonly WakeSignal _wake = new();
    private readonly RaftLog _log;
    private readonly IProcessEnd _end;
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="log">The log.</param>
    /// <param name="end">How the process ends where the log can't go on.</param>
    public LogFlusher(RaftLog log, IProcessEnd end)
    {
        _log = log;
        _end = end;
        _thread = new(Run) { Name = "log flush", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Something was appended.</summary>
    public void Appended() => _wake.Set();

    /// <summary>Ends the thread after the sync that runs.</summary>
    public void Dispose()
    {
        _wake.Close();
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (_wake.Wait())
            {
                _log.Sync();
            }
        }
        catch (Exception exception)
        {
            _end.End($"the log can't be made durable: {exception}");
        }
    }
}
