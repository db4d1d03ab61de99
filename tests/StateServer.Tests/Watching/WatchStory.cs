using System.Collections.Immutable;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Watching;
using static StateServer.StateServer.Tests.Watching.HubUnderTest;

namespace StateServer.StateServer.Tests.Watching;

/// <summary>Two hundred steps of chance, and then rest.</summary>
internal sealed class WatchStory(int seed) : IDisposable
{
    private readonly Random _chance = new(seed);
    private readonly List<(WatchStream Stream, Dictionary<long, WatchTwin> Twins)> _clients = [];
    private readonly HashSet<WatchTwin> _created = [];
    private readonly HubUnderTest _test = new(OptionsOf(new Random(seed)));

    internal void Run()
    {
        for (var step = 0; step < 200; step++)
        {
            Act(_chance.Next(100));
        }

        Finish();
    }

    public void Dispose() => _test.Dispose();

    private static WatchOptions OptionsOf(Random chance) => new()
    {
        MaxInboxEvents = chance.Next(1, 12),
        MaxInboxEntries = chance.Next(1, 8),
        HistoryStep = chance.Next(1, 8),
        WatchersPerStep = chance.Next(1, 4),
        MaxStreamMessages = chance.Next(1, 6),
        MaxStreamBytes = chance.Next(1, 1_000),
        MaxBacklogBytes = chance.Next(1, 2_000),
        MaxResponseBytes = chance.Next(1, 20),
    };

    private void Act(int what)
    {
        switch (what)
        {
            case < 30:
                Write();
                break;
            case < 55:
                _test.Hub.Step();
                break;
            case < 75 when _clients.Count > 0:
                TakeOne(_clients[_chance.Next(_clients.Count)]);
                break;
            case < 84:
                Create();
                break;
            case < 87 when _clients.Count > 0:
                Cancel(_clients[_chance.Next(_clients.Count)]);
                break;
            case < 90 when _clients.Count > 0:
                _test.Hub.AskProgress(_clients[_chance.Next(_clients.Count)].Stream);
                break;
            case < 93:
                Compact();
                break;
            case < 95:
                Restore();
                break;
            case 95 when _clients.Count > 0:
                var last = _clients[^1];
                _clients.RemoveAt(_clients.Count - 1);
                _test.Hub.Close(last.Stream);
                break;
            default:
                break;
        }
    }

    private void Write()
    {
        if (_chance.Next(4) == 0)
        {
            var operations = Enumerable.Range(0, _chance.Next(1, 4)).Select(_ => Operation()).DistinctBy(KeyOf).ToImmutableArray();
            _test.Replica.Apply(Item(new TransactionOperation([], operations, [])));
            return;
        }

        _test.Replica.Apply([.. Enumerable.Range(0, _chance.Next(1, 4)).Select(_ => Item(Operation()))]);
    }

    private Operation Operation() => _chance.Next(5) switch
    {
        0 => DeleteOf(Letter(0, 6)),
        1 when _chance.Next(4) == 0 => DeleteOf(Letter(0, 6) + "x", Letter(0, 6) + "xy"),
        _ => PutOf(Letter(0, 6), new string('v', _chance.Next(4))),
    };

    private static Key KeyOf(Operation operation) => operation is PutOperation put ? put.Key : ((DeleteRangeOperation)operation).Range.Start;

    private string Letter(int low, int high) => $"{(char)('a' + _chance.Next(low, high))}";

    private void Create()
    {
        if (_clients.Count == 0 || _chance.Next(3) == 0)
        {
            _clients.Add((_test.Hub.Open(requiresLeader: false), []));
        }

        var spec = Spec(Letter(0, 3), _chance.Next(3) switch { 0 => null, 1 => "\0", _ => Letter(3, 7) }) with
        {
            StartRevision = _chance.Next(3) switch
            {
                0 => 0,
                1 => _chance.Next(1, (int)_test.Revision + 1),
                _ => _test.Revision + _chance.Next(0, 8),
            },
            Filter = _chance.Next(3) == 0 ? (WatchFilter)_chance.Next(4) : WatchFilter.None,
        };
        var (stream, twins) = _clients[_chance.Next(_clients.Count)];
        var twin = new WatchTwin(spec, spec.StartRevision == 0 ? _test.Revision + 1 : spec.StartRevision);
        var id = twins.Count + 100L;
        twins.Add(id, twin);
        _test.Hub.Create(stream, spec with { Id = id });
    }

    private void Cancel((WatchStream Stream, Dictionary<long, WatchTwin> Twins) client)
    {
        if (client.Twins.Count > 0)
        {
            _test.Hub.Cancel(client.Stream, client.Twins.Keys.ElementAt(_chance.Next(client.Twins.Count)));
        }
    }

    private void Compact()
    {
        var compacted = Math.Max(1, _test.Replica.State.Keyspace.CompactedRevision.Value);
        if (compacted < _test.Revision)
        {
            _test.Compact(compacted + 1 + _chance.NextInt64(_test.Revision - compacted));
        }
    }

    /// <summary>The others went on without this member, which then gets their state as a whole.</summary>
    private void Restore()
    {
        _test.Replica.IsMuted = true;
        for (var i = _chance.Next(1, 6); i > 0; i--)
        {
            Write();
        }

        if (_chance.Next(3) == 0)
        {
            Compact();
        }

        _test.Replica.IsMuted = false;
        _test.Replica.Restore(_test.Replica.State);
    }

    private bool TakeOne((WatchStream Stream, Dictionary<long, WatchTwin> Twins) client)
    {
        if (_test.Take(client.Stream) is not { } message)
        {
            return false;
        }

        var all = _test.Replica.Events;
        switch (message.Kind)
        {
            case WatchMessageKind.Events:
                Assert.Contains(client.Twins[message.Id], _created);
                client.Twins[message.Id].Told(message, all, _test.Replica.State.Keyspace.CompactedRevision.Value);
                break;
            case WatchMessageKind.Compacted:
                client.Twins[message.Id].Compacted(message.Revision, _test.Replica.State.Keyspace.CompactedRevision.Value);
                break;
            case WatchMessageKind.Progress:
                // Watches made after the request are told from their own start on.
                foreach (var twin in client.Twins.Values.Where(twin => !twin.IsEnded && IsCreated(client, twin)))
                {
                    twin.Progressed(message.Revision, all);
                }

                break;
            case WatchMessageKind.Created:
                _created.Add(client.Twins[message.Id]);
                break;
            case WatchMessageKind.Cancelled:
                _created.Remove(client.Twins[message.Id]);
                break;
            default:
                Assert.Fail(Words(message));
                break;
        }

        return true;
    }

    private bool IsCreated((WatchStream Stream, Dictionary<long, WatchTwin> Twins) client, WatchTwin twin) =>
        _created.Contains(twin) && client.Twins.ContainsValue(twin);

    private void Finish()
    {
        bool more;
        do
        {
            _test.Run();
            more = false;
            foreach (var client in _clients)
            {
                while (TakeOne(client))
                {
                    more = true;
                }
            }
        }
        while (more);

        foreach (var twin in _created.Where(twin => !twin.IsEnded && _clients.Any(client => client.Twins.ContainsValue(twin))))
        {
            Assert.Empty(twin.Owed(_test.Replica.Events));
        }

        Assert.Equal((0, 0L), (_test.Hub.Counts.Lagging, _test.Hub.Backlog.Bytes));
    }
}
