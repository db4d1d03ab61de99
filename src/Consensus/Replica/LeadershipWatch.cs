using System.Diagnostics.Metrics;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Replica;

/// <summary>Keeps the newest <see cref="Leadership"/> at hand, and wakes who waits for another one. Thread-safe.</summary>
internal sealed class LeadershipWatch : IDisposable
{
    private static readonly Counter<long> Changes = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.leader.changes", "{change}", "Changes of leader or term that this member saw");

    private readonly IRaftNode _raft;
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _looks;
    private long _lastLook;
    private Leadership _current = new(0, default, false);

    /// <summary>Watches <paramref name="raft"/>.</summary>
    public LeadershipWatch(IRaftNode raft)
    {
        _raft = raft;
        raft.Changed += Observe;
        Refresh();
    }

    /// <summary>Raised after each change, on the Raft core's thread; handlers return at once.</summary>
    public event Action<Leadership, Leadership>? Changed;

    /// <summary>Who leads now.</summary>
    public Leadership Current => Volatile.Read(ref _current);

    /// <summary>Completed at the next change after the call.</summary>
    public Task NextChange
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>
    /// Looks again. Changes are told from several threads, perhaps under locks of the Raft core, which its status may need too: so
    /// it is looked at outside this lock, and of two looks the one begun later counts.
    /// </summary>
    public void Refresh()
    {
        var look = Interlocked.Increment(ref _looks);
        var status = _raft.Status;
        var next = new Leadership(status.Term, status.Leader, status.IsLeader);
        Leadership before;
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (look < _lastLook)
            {
                return;
            }

            _lastLook = look;
            before = _current;
            if (before == next)
            {
                return;
            }

            _current = next;
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Changes.Add(1);
        changed.SetResult();
        Changed?.Invoke(before, next);
    }

    /// <inheritdoc/>
    public void Dispose() => _raft.Changed -= Observe;

    private void Observe(RaftStatus status) => Refresh();
}
