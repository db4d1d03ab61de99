using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Domain.Tests.Keyspace;

/// <summary>Random sequences of keyspace commands over few keys, so that they meet each other often; they shrink by leaving some out.</summary>
internal static class CommandSequences
{
    private static readonly string[] KeyTexts =
        ["a", "b", "c", "ab", "b\0", "aaaaaaaaaa1", "aaaaaaaaaa2", "\0", "\xff\xff", "/stateserver/x", "/stateserver0"];

    private static Gen<Key> Keys { get; } =
        Gen.Frequency((30, Gen.Elements(KeyTexts)), (1, Gen.Constant(string.Empty)))
            .Select(text => new Key(Encoding.Latin1.GetBytes(text)));

    private static Gen<KeyRange> Ranges { get; } =
        Keys.SelectMany(
            _ => Gen.Frequency((4, Gen.Constant(default(Key))), (3, Keys), (2, Gen.Constant(new Key([0])))),
            (start, end) => new KeyRange(start, end));

    private static Gen<ReadOnlyMemory<byte>> Values { get; } =
        Gen.Elements("", "1", "2", "22", "\0").Select(text => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(text));

    private static Gen<long> Leases { get; } = Gen.Frequency((6, Gen.Constant(0)), (3, Gen.Choose(-1, 3))).Select(i => (long)i);

    private static Gen<Operation> Puts { get; } =
        from key in Keys
        from value in Values
        from lease in Leases
        from previous in ArbMap.Default.GeneratorFor<bool>()
        from ignore in Gen.Choose(0, 15)
        select (Operation)new PutOperation(
            key,
            ignore == 1 ? default : value,
            new LeaseId(ignore == 2 ? 0 : lease),
            previous,
            IgnoreValue: ignore is 1 or 3,
            IgnoreLease: ignore is 2 or 4);

    private static Gen<Operation> Deletes { get; } =
        from range in Ranges
        from previous in ArbMap.Default.GeneratorFor<bool>()
        select (Operation)new DeleteRangeOperation(range, previous);

    private static Gen<Operation> Reads { get; } =
        from range in Ranges
        from limit in Gen.Choose(-1, 4)
        from revision in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(-2, 30)))
        from order in Gen.Choose(0, 2)
        from target in Gen.Choose(0, 4)
        from only in Gen.Choose(0, 5)
        from bounds in Gen.Frequency((2, Gen.Constant(new int[4])), (1, Gen.Choose(0, 12).ArrayOf(4)))
        select (Operation)new RangeOperation(new RangeQuery
        {
            Range = range,
            Limit = limit,
            AtRevision = new Revision(revision),
            SortOrder = (SortOrder)order,
            SortTarget = (SortTarget)target,
            KeysOnly = only == 0,
            CountOnly = only == 1,
            MinModRevision = new Revision(bounds[0]),
            MaxModRevision = new Revision(bounds[1]),
            MinCreateRevision = new Revision(bounds[2]),
            MaxCreateRevision = new Revision(bounds[3]),
        });

    private static Gen<Compare> Compares { get; } =
        from range in Ranges
        from target in Gen.Choose(0, 4)
        from result in Gen.Choose(0, 3)
        from number in Gen.Choose(0, 4)
        from value in Values
        select new Compare(range, (CompareTarget)target, (CompareResult)result, number, value);

    private static Gen<Command> Commands { get; } = Gen.Frequency(
        (8, Puts.Select(Keyspace)),
        (2, Deletes.Select(Keyspace)),
        (3, Reads.Select(Keyspace)),
        (5, Transactions(2).Select(Keyspace)),
        (1, Gen.Choose(-1, 30).Select(revision => (Command)new CompactCommand(new Revision(revision)))),
        (1, Gen.Constant((Command)new TrimHistoryCommand())),
        (2, Gen.Choose(-1, 3).Select(lease => (Command)new GrantLeaseCommand(new LeaseId(lease), lease + 2))),
        (1, Gen.Choose(-1, 3).Select(lease => (Command)new RevokeLeaseCommand(new LeaseId(lease)))));

    public static Arbitrary<ImmutableArray<Command>> Arbitrary { get; } = Arb.From(
        Gen.Choose(1, 60).SelectMany(count => Commands.ArrayOf(count)).Select(commands => commands.ToImmutableArray()),
        Shrink);

    private static Command Keyspace(Operation operation) => new KeyspaceCommand(operation);

    private static Gen<Operation> Transactions(int depth)
    {
        var operations = depth == 0
            ? Gen.Frequency((4, Puts), (2, Deletes), (2, Reads))
            : Gen.Frequency((4, Puts), (2, Deletes), (2, Reads), (1, Transactions(depth - 1)));
        return from compares in Gen.Choose(0, 2).SelectMany(count => Compares.ArrayOf(count))
               from success in Gen.Choose(0, 3).SelectMany(count => operations.ArrayOf(count))
               from failure in Gen.Choose(0, 3).SelectMany(count => operations.ArrayOf(count))
               select (Operation)new TransactionOperation([.. compares], [.. success], [.. failure]);
    }

    private static IEnumerable<ImmutableArray<Command>> Shrink(ImmutableArray<Command> commands)
    {
        for (var size = commands.Length / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= commands.Length; start += size)
            {
                yield return commands.RemoveRange(start, size);
            }
        }
    }
}
