using StateServer.Consensus.Duties;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Duties;

public sealed class DigestComparisonTests
{
    [Theory]
    [InlineData("a a a", 3, "ok ok ok")]
    [InlineData("a a b", 3, "ok ok minority")]
    [InlineData("b a a", 3, "minority ok ok")]
    [InlineData("a b", 3, "undecided undecided")] // one of three is away: it could be either's
    [InlineData("a a", 3, "ok ok")]
    [InlineData("a b c", 3, "undecided undecided undecided")]
    [InlineData("a", 3, "ok")]
    [InlineData("a a b b", 5, "undecided undecided undecided undecided")]
    [InlineData("a a a b c", 5, "ok ok ok minority minority")]
    [InlineData("a a b", 5, "undecided undecided undecided")]
    public void A_majority_of_all_voters_decides(string digests, int voters, string expected)
    {
        var points = digests.Split(' ').Select((digest, i) => (Id: Node(i), digest))
            .ToDictionary(one => one.Id, one => (IReadOnlyDictionary<long, ulong>)new Dictionary<long, ulong> { [10] = one.digest[0] });
        var verdicts = DigestComparison.Compare(voters, points);
        Assert.Equal(expected, string.Join(' ', points.Keys.Select(member => verdicts[member].Verdict switch
        {
            DigestVerdict.Agrees => "ok",
            DigestVerdict.Minority => "minority",
            _ => "undecided",
        })));
    }

    [Fact]
    public void The_newest_index_that_can_be_compared_counts_for_each()
    {
        var points = new Dictionary<NodeId, IReadOnlyDictionary<long, ulong>>
        {
            [Node(0)] = new Dictionary<long, ulong> { [10] = 1, [20] = 2, [30] = 3 },
            [Node(1)] = new Dictionary<long, ulong> { [10] = 1, [20] = 2, [30] = 3 },
            [Node(2)] = new Dictionary<long, ulong> { [10] = 1, [20] = 99 },
        };
        var verdicts = DigestComparison.Compare(3, points);
        Assert.Equal((DigestVerdict.Minority, 20L), verdicts[Node(2)]);
        Assert.Equal((DigestVerdict.Agrees, 30L), verdicts[Node(0)]);
    }

    private static NodeId Node(int index) => new((ulong)index + 1);
}
