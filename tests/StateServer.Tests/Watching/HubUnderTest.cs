using System.Collections.Immutable;
using System.Text;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.Watching;

namespace StateServer.StateServer.Tests.Watching;

/// <summary>A hub whose loop is the test: nothing happens between its calls.</summary>
internal sealed class HubUnderTest : IDisposable
{
    internal HubUnderTest(WatchOptions? options = null, TimeProvider? time = null) =>
        Hub = new WatchHub(Replica, options ?? new WatchOptions(), time ?? TimeProvider.System);

    internal InMemoryReplica Replica { get; } = new();

    internal WatchHub Hub { get; }

    internal long Revision => Replica.State.Keyspace.Revision.Value;

    internal static Key Name(string key) => new(Encoding.UTF8.GetBytes(key));

    internal static WatchSpec Spec(string key, string? end = null, long start = 0) =>
        new(new KeyRange(Name(key), end is null ? default : Name(end))) { StartRevision = start };

    internal static BatchItem Item(Operation operation) => new(new KeyspaceCommand(operation), null, new ProposalId(new NodeId(7), 1, 1));

    internal static PutOperation PutOf(string key, string value = "v") => new(Name(key), Encoding.UTF8.GetBytes(value), default, false, false, false);

    internal static DeleteRangeOperation DeleteOf(string key, string? end = null) =>
        new(new KeyRange(Name(key), end is null ? default : Name(end)), false);

    internal void Put(string key, string value = "v") => Replica.Apply(Item(PutOf(key, value)));

    internal void Delete(string key, string? end = null) => Replica.Apply(Item(DeleteOf(key, end)));

    internal void Compact(long revision) => Replica.Apply(new CompactCommand(new Revision(revision)), null);

    /// <summary>Puts of one log entry, a revision each.</summary>
    internal void PutTogether(params ImmutableArray<string> keys) => Replica.Apply([.. keys.Select(key => Item(PutOf(key)))]);

    /// <summary>Hands out everything there is.</summary>
    internal void Run()
    {
        for (var steps = 0; Hub.Step(); steps++)
        {
            Assert.True(steps < 1_000_000, "handing out never ends");
        }
    }

    internal WatchStream Open(params ReadOnlySpan<WatchSpec> specs)
    {
        var stream = Hub.Open(requiresLeader: false);
        foreach (var spec in specs)
        {
            Hub.Create(stream, spec);
            Assert.Equal(WatchMessageKind.Created, Take(stream)!.Value.Kind);
        }

        return stream;
    }

    /// <summary>Sends the next message, as the sender does.</summary>
    internal WatchMessage? Take(WatchStream stream)
    {
        var taken = stream.Queue.TryTake(out var message, out _, out var hasRoomAgain);
        if (hasRoomAgain)
        {
            Hub.RoomAgain(stream);
        }

        return taken ? message : null;
    }

    /// <summary>Sends all that waits: each message in words.</summary>
    internal List<string> TakeAll(WatchStream stream)
    {
        var all = new List<string>();
        while (Take(stream) is { } message)
        {
            all.Add(Words(message));
        }

        return all;
    }

    internal static string Words(WatchMessage message) => message.Kind switch
    {
        WatchMessageKind.Events => $"{message.Id}: {string.Join(", ", message.Batch!.Events.Select(Words))} through {message.Revision}",
        WatchMessageKind.Refused => $"refused: {message.Reason}",
        _ => $"{message.Id}: {message.Kind} at {message.Revision}",
    };

    internal static string Words(WatchEvent change) => change.Change.IsDelete
        ? $"-{change.Change.Current.Key}@{change.Revision}"
        : $"{change.Change.Current.Key}@{change.Revision}";

    public void Dispose() => Hub.Dispose();
}
