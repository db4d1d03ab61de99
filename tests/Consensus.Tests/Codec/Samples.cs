using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using StateServer.Consensus.Codec;
using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Membership;

namespace StateServer.Consensus.Tests.Codec;

/// <summary>One of everything that the formats can hold.</summary>
internal static class Samples
{
    public const long Timestamp = 1_795_000_000_123;

    public static ImmutableArray<BatchItem> Items { get; } =
    [
        Item(new KeyspaceCommand(new PutOperation(K("key"), V("value"), new LeaseId(-5), true, false, false)), 1),
        Item(new KeyspaceCommand(new PutOperation(K("\0\xff"), default, default, false, true, true)), long.MaxValue),
        Item(new KeyspaceCommand(new DeleteRangeOperation(new KeyRange(K("a"), K("\0")), true)), 3),
        Item(new KeyspaceCommand(Transaction()), 4),
        Item(new CompactCommand(new Revision(1)), 5),
        Item(new TrimHistoryCommand(), 6),
        Item(new GrantLeaseCommand(new LeaseId(long.MinValue), 9_000_000_000), 7),
        Item(new RevokeLeaseCommand(new LeaseId(9)), 8),
        Item(new OpenSessionCommand(), 9),
        Item(new CloseSessionCommand(new SessionId(4096)), 10),
        Item(new RegisterMemberCommand(Member(ulong.MaxValue, "one")), 11),
        Item(new RaiseFeatureLevelCommand(1), 12),
        Item(new SetAlarmCommand(new NodeId(3), AlarmKind.NoSpace, true), 13),
        new(
            new KeyspaceCommand(new PutOperation(K("with a request"), V("1"))),
            new RequestId(new SessionId(4099), 7, 5),
            new ProposalId(new NodeId(1), uint.MaxValue, 14)),
    ];

    /// <summary>What came with feature level 2.</summary>
    public static ImmutableArray<BatchItem> ItemsOfLevelTwo { get; } =
    [
        Item(new ExpireLeaseCommand(new LeaseId(-9), long.MaxValue), 15),
    ];

    public static Key K(string text) => new(Encoding.Latin1.GetBytes(text));

    public static byte[] V(string text) => Encoding.Latin1.GetBytes(text);

    public static MemberRecord Member(ulong id, string name) =>
        new(
            new NodeId(id),
            name,
            new FolderId(id ^ 0x55),
            new Zone("local-a"),
            $"127.0.0.1:{id % 60000}",
            ["http://127.0.0.1:2379", "http://[::1]:2379"],
            1,
            "0.1.0",
            DateTimeOffset.FromUnixTimeMilliseconds(Timestamp));

    public static byte[] Encode(IEnumerable<BatchItem> items, int level = 1)
    {
        var encoded = items.Select(item =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            BatchCodec.EncodeItem(buffer, item);
            return (ReadOnlyMemory<byte>)buffer.WrittenMemory;
        }).ToArray();
        var batch = new ArrayBufferWriter<byte>();
        BatchCodec.EncodeBatch(batch, level, Timestamp, encoded);
        return batch.WrittenSpan.ToArray();
    }

    /// <summary>A state with history, tombstones, half-trimmed compaction, leases, sessions with every outcome, members and alarms.</summary>
    public static ReplicatedState State()
    {
        var state = ReplicatedState.Empty;
        var index = 0L;
        foreach (var batch in Batches())
        {
            state = StateMachine.Apply(state, index += 3, 1, new CommandBatch(1, Timestamp + index, batch)).State;
        }

        return state;
    }

    private static IEnumerable<ImmutableArray<BatchItem>> Batches()
    {
        yield return [Item(new OpenSessionCommand(), 1), Item(new OpenSessionCommand(), 2), Item(new GrantLeaseCommand(new LeaseId(5), 60), 3)];
        for (var i = 0; i < 40; i++)
        {
            yield return [Put($"key {i % 7}", $"value {i}", i % 3 == 0 ? 5 : 0), Put("hot", $"{i}", 0)];
        }

        var session = new SessionId(3 * CommandBatch.MostItems);
        Command[] requests =
        [
            new KeyspaceCommand(new PutOperation(K("hot"), V("x"), ReturnPrevious: true)),
            new KeyspaceCommand(new DeleteRangeOperation(new KeyRange(K("key 1"), K("key 3")), true)),
            new KeyspaceCommand(Transaction()),
            new GrantLeaseCommand(new LeaseId(6), 1),
            new RevokeLeaseCommand(new LeaseId(77)),
            new OpenSessionCommand(),
            new KeyspaceCommand(new PutOperation(K("large"), new byte[3 << 10])),
            new KeyspaceCommand(TooLargeToKeep()),
            new CompactCommand(new Revision(60)),
        ];
        yield return [.. requests.Select((command, i) => new BatchItem(command, new RequestId(session, i + 1, 1), default))];
        yield return
        [
            Item(new RegisterMemberCommand(Member(1, "one")), 1),
            Item(new RegisterMemberCommand(Member(2, "two")), 2),
            Item(new SetAlarmCommand(new NodeId(2), AlarmKind.Corrupt, true), 3),
        ];
    }

    private static TransactionOperation Transaction() => new(
        [
            new Compare(new KeyRange(K("a"), default), CompareTarget.Version, CompareResult.Equal, 0, default),
            new Compare(new KeyRange(K("a"), K("b")), CompareTarget.Value, CompareResult.NotEqual, 0, V("value")),
            new Compare(new KeyRange(K("a"), K("\0")), CompareTarget.Lease, CompareResult.Less, -3, default),
            new Compare(new KeyRange(K("a"), default), CompareTarget.Mod, CompareResult.Greater, 4, default),
            new Compare(new KeyRange(K("a"), default), CompareTarget.Create, CompareResult.Greater, 5, default),
        ],
        [new PutOperation(K("a"), V("1"))],
        [
            new TransactionOperation([], [new PutOperation(K("nested"), V("2"))], []),
            new RangeOperation(new RangeQuery
            {
                Range = new KeyRange(K("\0"), K("\0")),
                Limit = 2,
                AtRevision = new Revision(0),
                SortOrder = SortOrder.Descend,
                SortTarget = SortTarget.Mod,
                KeysOnly = true,
                MinModRevision = new Revision(1),
                MaxModRevision = new Revision(1000),
                MinCreateRevision = new Revision(2),
                MaxCreateRevision = new Revision(1001),
            }),
            new RangeOperation(new RangeQuery { Range = new KeyRange(K("hot"), default), CountOnly = true }),
            new DeleteRangeOperation(new KeyRange(K("key 6"), default), true),
        ]);

    /// <summary>A hundred reads of 3 KiB: more than the session table keeps of an outcome.</summary>
    private static TransactionOperation TooLargeToKeep()
    {
        var read = new RangeOperation(new RangeQuery { Range = new KeyRange(K("large"), default) });
        return new TransactionOperation([], [.. Enumerable.Repeat(read, 100)], []);
    }

    private static BatchItem Put(string key, string value, long lease) =>
        Item(new KeyspaceCommand(new PutOperation(K(key), V(value), new LeaseId(lease))), 1);

    private static BatchItem Item(Command command, long number) => new(command, null, new ProposalId(new NodeId(7), 8, number));
}
