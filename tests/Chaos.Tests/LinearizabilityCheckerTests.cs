using FsCheck;
using FsCheck.Fluent;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

public sealed class LinearizabilityCheckerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static TheoryData<string> GoodHistories => [.. Good.Keys];

    public static TheoryData<string> BadHistories => [.. Bad.Keys];

    private static Dictionary<string, HistoryBuilder> Good { get; } = new()
    {
        ["nothing"] = new HistoryBuilder(),
        ["one after the other"] = new HistoryBuilder().Write(0, "1", 0, 1).Read(1, "1", 2, 3).Write(0, "2", 4, 5).Read(1, "2", 6, 7),
        ["a read beside a write sees either"] = new HistoryBuilder().Write(0, "1", 0, 1).Write(0, "2", 2, 10).Read(1, "1", 3, 4).Read(1, "2", 5, 6),
        ["an unknown write that happened"] = new HistoryBuilder().Write(0, "1", 0, 1, OperationStatus.Unknown).Read(1, "1", 50, 51),
        ["an unknown write that never happened"] = new HistoryBuilder().Write(0, "1", 0, 1, OperationStatus.Unknown).Read(1, null, 50, 51),
        ["an unknown write that happened late"] = new HistoryBuilder().Write(0, "1", 0, 1, OperationStatus.Unknown).Read(1, null, 50, 51).Read(1, "1", 52, 53),
        ["an unknown swap between two reads"] = new HistoryBuilder().Write(0, "1", 0, 1).Cas(1, "1", "2", null, 2, 3, OperationStatus.Unknown).Read(0, "1", 4, 5).Read(0, "2", 6, 7),
        ["a failed write nobody saw"] = new HistoryBuilder().Write(0, "1", 0, 1).Write(1, "2", 2, 3, OperationStatus.Fail).Read(0, "1", 4, 5),
        ["a swap that lost"] = new HistoryBuilder().Write(0, "1", 0, 1).Cas(1, "0", "2", false, 2, 3).Read(0, "1", 4, 5),
        ["one of two swaps wins"] = new HistoryBuilder().Write(0, "1", 0, 1).Cas(0, "1", "2", true, 2, 9).Cas(1, "1", "3", false, 2, 9).Read(0, "2", 10, 11),
        ["deleted"] = new HistoryBuilder().Write(0, "1", 0, 1).Delete(0, 2, 3).Read(1, null, 4, 5).Cas(0, null, "2", true, 6, 7).Read(1, "2", 8, 9),
        ["an unknown delete explains absence"] = new HistoryBuilder().Write(0, "1", 0, 1).Delete(1, 2, 3, OperationStatus.Unknown).Read(0, "1", 4, 5).Read(0, null, 6, 7),
    };

    private static Dictionary<string, HistoryBuilder> Bad { get; } = new()
    {
        ["a stale read"] = new HistoryBuilder().Write(0, "1", 0, 1).Write(0, "2", 2, 3).Read(1, "1", 4, 5),
        ["a lost write"] = new HistoryBuilder().Write(0, "1", 0, 1).Read(1, null, 2, 3),
        ["a failed write seen"] = new HistoryBuilder().Write(0, "1", 0, 1, OperationStatus.Fail).Read(1, "1", 2, 3),
        ["a failed swap seen"] = new HistoryBuilder().Write(0, "1", 0, 1).Cas(0, "1", "2", null, 2, 3, OperationStatus.Fail).Read(1, "2", 4, 5),
        ["a value un-happens"] = new HistoryBuilder().Write(0, "1", 0, 1).Write(1, "2", 2, 20, OperationStatus.Unknown).Read(0, "2", 3, 4).Read(0, "1", 5, 6),
        ["a double swap"] = new HistoryBuilder().Write(0, "1", 0, 1).Cas(0, "1", "2", true, 2, 9).Cas(1, "1", "3", true, 2, 9),
        ["an unknown write happens twice"] = new HistoryBuilder().Write(0, "1", 0, 1, OperationStatus.Unknown).Read(1, "1", 2, 3).Write(1, "2", 4, 5).Read(1, "1", 6, 7),
        ["a write before its call"] = new HistoryBuilder().Read(1, "1", 0, 1).Write(0, "1", 2, 3),
        ["two readers disagree on the order"] = new HistoryBuilder().Write(0, "1", 0, 9).Write(1, "2", 0, 9).Read(2, "1", 10, 11).Read(3, "2", 12, 13),
        ["a swap that should have won"] = new HistoryBuilder().Write(0, "1", 0, 1).Cas(1, "1", "2", false, 2, 3),
        ["an unknown write of an older value returns"] = new HistoryBuilder().Write(0, "1", 0, 1).Delete(0, 2, 3).Read(1, "1", 4, 5),
    };

    [Theory]
    [MemberData(nameof(GoodHistories))]
    public void A_good_history_holds(string name) =>
        Assert.Equal(Conclusion.Holds, LinearizabilityChecker.Check(Good[name].Operations, Limit).Conclusion);

    [Theory]
    [MemberData(nameof(BadHistories))]
    public void A_bad_history_is_found_out(string name)
    {
        Verdict verdict = LinearizabilityChecker.Check(Bad[name].Operations, Limit);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains("key x", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_judged_apart()
    {
        IEnumerable<Operation> mixed = Good["deleted"].Operations
            .Concat(Bad["a stale read"].Operations.Select(o => o with { Key = "y" }));
        Assert.StartsWith("key y", LinearizabilityChecker.Check(mixed, Limit).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Past_the_time_limit_the_verdict_is_undecided()
    {
        // Many unknown writes beside an impossible read: every subset of them would have to be tried.
        var history = new HistoryBuilder();
        for (int i = 0; i < 40; i++)
        {
            history.Write(i, $"{i}", 0, 1, OperationStatus.Unknown);
        }

        history.Read(99, "never written", 2, 3);
        Assert.Equal(
            Conclusion.Undecided,
            LinearizabilityChecker.Check(history.Operations, TimeSpan.FromMilliseconds(50)).Conclusion);
    }

    [Fact]
    public void It_agrees_with_trying_every_order()
    {
        Gen<Operation> operation =
            from kind in Gen.Elements(OperationKind.Read, OperationKind.Write, OperationKind.Cas, OperationKind.Delete)
            from status in Gen.Frequency((5, Gen.Constant(OperationStatus.Ok)), (1, Gen.Constant(OperationStatus.Unknown)), (1, Gen.Constant(OperationStatus.Fail)))
            from call in Gen.Choose(0, 12)
            from length in Gen.Choose(1, 6)
            from value in Gen.Elements(null, "1", "2")
            from expect in Gen.Elements(null, "1", "2")
            from swapped in Gen.Elements(true, false)
            select new Operation
            {
                Process = 0,
                Kind = kind,
                Key = "x",
                Value = kind is OperationKind.Write or OperationKind.Cas ? value ?? "3" : kind == OperationKind.Read ? value : null,
                Expect = kind == OperationKind.Cas ? expect : null,
                Swapped = kind == OperationKind.Cas ? swapped : null,
                Call = call,
                Return = call + length,
                Status = status,
            };
        Prop.ForAll(
            operation.ArrayOf().Resize(6).ToArbitrary(),
            history => LinearizabilityChecker.Check(history, Limit).Conclusion == Conclusion.Holds == EveryOrder.Explains(history))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}
