using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Hands committed entries to the applier, in log order and in batches, on a thread of its own: never under a lock of the
/// library or ours. An exception out of the applier ends the process, for the state is then unknown. Thread-safe.
/// </summary>
internal sealed class ApplyLoop : IDisposable
{
    /// <summary>Payload bytes handed over at once at most, so that waiters behind a long replay see it move.</summary>
    private const int BatchBytes = 4 * 1024 * 1024;

    private readonly WakeSignal _wake = new();
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiters = new();
    private readonly Queue<(Action Action, TaskCompletionSource Done)> _actions = new();
    private readonly List<LogRecord> _records = [];
    private readonly List<CommittedEntry> _entries = [];
    private readonly RaftLog _log;
    private readonly IEntryApplier _applier;
    private readonly IProcessEnd _end;
    private readonly Thread _thread;
    private bool _closed;

    /// <summary>Makes the loop; nothing is applied before <see cref="Start"/>.</summary>
    /// <param name="log">The log.</param>
    /// <param name="applier">Who applies.</param>
    /// <param name="end">How the process ends when the applier throws.</param>
    public ApplyLoop(RaftLog log, IEntryApplier applier, IProcessEnd end)
    {
        _log = log;
        _applier = applier;
        _end = end;
        _log.Advanced += _wake.Set;
        _thread = new(Run) { Name = "apply", IsBackground = true };
    }

    /// <summary>The last index applied.</summary>
    public long AppliedIndex => _applier.AppliedIndex;

    /// <summary>Starts to apply what is committed.</summary>
    public void Start()
    {
        _thread.Start();
        _wake.Set();
    }

    /// <summary>Waits until <paramref name="index"/> was applied.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait, or the loop stopped.</exception>
    public ValueTask WaitAsync(long index, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_applier.AppliedIndex >= index)
            {
                return default;
            }

            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_closed)
            {
                waiter.SetCanceled(CancellationToken.None);
            }
            else
            {
                _waiters.Enqueue(waiter, index);
            }
        }

        return new(waiter.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Runs something between two batches, on the thread that applies.</summary>
    public Task RunBetweenAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_closed)
            {
                done.SetCanceled(CancellationToken.None);
                return done.Task;
            }

            _actions.Enqueue((action, done));
        }

        _wake.Set();
        return done.Task;
    }

    /// <summary>Ends the thread after the batch that runs; who waits is cancelled.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _log.Advanced -= _wake.Set;
        _wake.Close();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        lock (_lock)
        {
            while (_waiters.TryDequeue(out var waiter, out _))
            {
                waiter.TrySetCanceled();
            }

            while (_actions.TryDequeue(out var item))
            {
                item.Done.TrySetCanceled();
            }
        }
    }

    private void Run()
    {
        try
        {
            while (_wake.Wait())
            {
                RunActions();
                while (ApplyBatch())
                {
                    RunActions();
                }
            }
        }
        catch (Exception exception)
        {
            _end.End($"entry {_applier.AppliedIndex + 1} or a later one can't be applied: {exception}");
        }
    }

    private bool ApplyBatch()
    {
        var from = _applier.AppliedIndex + 1;
        var to = _log.CommitIndex;
        if (from > to || Volatile.Read(ref _closed))
        {
            return false;
        }

        _records.Clear();
        _entries.Clear();
        _log.Read(from, to, BatchBytes, _records);
        foreach (var record in _records)
        {
            _entries.Add(new(
                record.Index,
                record.Term,
                record.Kind == RecordKind.Command ? record.Payload : default,
                record.Kind == RecordKind.Configuration ? ClusterConfiguration.Decode(record.Payload.Span).Voters : default));
        }

        _applier.Apply(_entries);
        if (_applier.AppliedIndex != from + _entries.Count - 1)
        {
            throw new InvalidOperationException($"the applier is at {_applier.AppliedIndex} after {_entries.Count} entries from {from}");
        }

#if PLANTED_ConfigurationOnApply
        _log.Applied(_applier.AppliedIndex);
#endif
        ReleaseWaiters();
        return true;
    }

    private void RunActions()
    {
        while (true)
        {
            (Action Action, TaskCompletionSource Done) item;
            lock (_lock)
            {
                if (!_actions.TryDequeue(out item))
                {
                    break;
                }
            }

            try
            {
                item.Action();
                item.Done.TrySetResult();
            }
            catch (Exception exception)
            {
                item.Done.TrySetException(exception);
            }
        }

        ReleaseWaiters();
    }

    private void ReleaseWaiters()
    {
        lock (_lock)
        {
            while (_waiters.TryPeek(out var waiter, out var index) && index <= _applier.AppliedIndex)
            {
                _waiters.Dequeue();
                waiter.TrySetResult();
            }
        }
    }
}
