using System.Text;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>Keeps every command that was applied, as text.</summary>
internal sealed class RecordingApplier : IEntryApplier
{
    private readonly Lock _lock = new();
    private readonly List<string> _commands = [];
    private long _applied;
    private (long Index, SemaphoreSlim Signal)? _notify;

    /// <summary>While it says so, nothing is applied.</summary>
    public Func<bool>? Held { get; init; }

    /// <summary>The next command fails.</summary>
    public bool Fails { get; set; }

    /// <summary>The index of the snapshot that was restored last; 0 for none.</summary>
    public long Restored { get; private set; }

    /// <summary>The voters of the configuration that was applied last; none while none was.</summary>
    public IReadOnlyList<NodeId> Voters { get; private set; } = [];

    public long AppliedIndex => Volatile.Read(ref _applied);

    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_lock)
            {
                return [.. _commands];
            }
        }
    }

    public void Apply(IReadOnlyList<CommittedEntry> entries)
    {
        SpinWait.SpinUntil(() => Held?.Invoke() != true);
        if (Fails)
        {
            throw new InvalidOperationException("the applier fails");
        }

        lock (_lock)
        {
            foreach (var entry in entries)
            {
                Assert.Equal(_applied + 1, entry.Index);
                Voters = entry.Voters.IsDefault ? Voters : entry.Voters;
                if (!entry.Payload.IsEmpty)
                {
                    _commands.Add(Encoding.UTF8.GetString(entry.Payload.Span));
                }

                Volatile.Write(ref _applied, entry.Index);
            }

            if (_notify is { } notify && notify.Index <= _applied)
            {
                _notify = null;
                notify.Signal.Release();
            }
        }
    }

    /// <summary>Releases the signal once the index was applied.</summary>
    public void Notify(long index, SemaphoreSlim signal)
    {
        lock (_lock)
        {
            if (_applied >= index)
            {
                signal.Release();
            }
            else
            {
                _notify = (index, signal);
            }
        }
    }

    public void Restore(long index, long term, Stream content)
    {
        using var reader = new StreamReader(content, Encoding.UTF8);
        var text = reader.ReadToEnd();
        lock (_lock)
        {
            _commands.Clear();
            _commands.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Volatile.Write(ref _applied, index);
            Restored = index;
        }
    }

    /// <summary>What a snapshot of now would hold.</summary>
    public byte[] Snapshot(out long index)
    {
        lock (_lock)
        {
            index = _applied;
            return Encoding.UTF8.GetBytes(string.Join('\n', _commands));
        }
    }
}
