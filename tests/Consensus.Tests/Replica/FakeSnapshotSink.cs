using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>Keeps snapshots in memory, as fast as a test lets it.</summary>
internal sealed class FakeSnapshotSink : ISnapshotSink
{
    public bool IsOpen { get; set; } = true;

    public long NewestIndex { get; private set; }

    public long NewestBytes => Content.Length;

    public EntryPosition Position { get; private set; }

    public byte[] Content { get; private set; } = [];

    public int Failures { get; set; }

    public int Attempts { get; private set; }

    public ManualResetEventSlim Open { get; } = new(true);

    public long Write(EntryPosition position, Action<Stream> content)
    {
        Attempts++;
        Open.Wait();
        if (Failures > 0)
        {
            Failures--;
            throw new IOException("the test says no");
        }

        using var stream = new MemoryStream();
        content(stream);
        (Content, Position, NewestIndex) = (stream.ToArray(), position, position.Index);
        return Content.Length;
    }
}
