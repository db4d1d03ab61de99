using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Reports;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>What the loss of each zone would mean, with its numbers.</summary>
public sealed class ZoneLossTests
{
    [Theory]
    [InlineData("a b c", "a:2>=2 b:2>=2 c:2>=2")]
    [InlineData("a a b", "a:1<2! b:2>=2")]
    [InlineData("a a a", "a:0<2!")]
    [InlineData("a a b b c", "a:3>=3 b:3>=3 c:4>=3")]
    [InlineData("a a a b b c c", "a:4>=4 b:5>=4 c:5>=4")]
    [InlineData("a a a b b", "a:2<3! b:3>=3")]
    [InlineData("a b b- c", "a:2<3 b:2<3 c:2<3")]
    [InlineData("a a- b c c", "a:3>=3 b:3>=3 c:2<3")]
    [InlineData("a", "a:0<1")]
    [InlineData("a ? b", "a:2>=2 b:2>=2")]
    [InlineData("", "")]
    public void It_leaves_a_quorum_or_not_and_a_majority_is_told(string voters, string expected)
    {
        ImmutableArray<(Zone? Zone, bool Alive)> all =
        [
            .. voters.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(voter => (voter[0] == '?' ? (Zone?)null : new Zone(voter[..1]), !voter.EndsWith('-'))),
        ];
        Assert.Equal(expected, string.Join(' ', ZoneLoss.Of(all).Select(zone =>
            $"{zone.Zone}:{zone.VotersLeft}{(zone.KeepsQuorum ? ">=" : "<")}{zone.Quorum}{(zone.HoldsMajority ? "!" : "")}")));
    }

    [Fact]
    public void It_is_told_in_one_line()
    {
        ImmutableArray<ZoneLoss> zones = ZoneLoss.Of([(new Zone("a"), true), (new Zone("a"), true), (new Zone("b"), true)]);
        Assert.Equal(
            [
                "2 of the voters; without it 1 alive is left, and the quorum is 2: lost; it holds a majority",
                "1 of the voters; without it 2 alive are left, and the quorum is 2: kept",
            ],
            zones.Select(zone => zone.Message));
    }
}
