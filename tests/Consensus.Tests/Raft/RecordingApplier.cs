using System.Text;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>Keeps every command that was applied, as text.</summary>
internal sealed class RecordingApplier : IEntryApplier
{
    private readonly Lock _lock = new();
    private readonly List<string> _commands = [];
    private long _applied;

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
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                Assert.Equal(_applied + 1, entry.Index);
                if (!entry.Payload.IsEmpty)
                {
                    _commands.Add(Encoding.UTF8.GetString(entry.Payload.Span));
                }

                Volatile.Write(ref _applied, entry.Index);
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
