using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Membership;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

public sealed class MembershipPaceTests
{
    private const long Now = 100_000;

    private static readonly NodeId Other = new(2);
    private static readonly ReconciliationOptions Options = new();

    [Fact]
    public void Where_all_speak_and_nobody_learns_it_is_the_usual_period()
    {
        Assert.Equal(Options.Period, Of(Silent(100)));
        Assert.Equal(Options.Period, MembershipPace.Of(null, Options));
    }

    [Fact]
    public void A_silent_member_is_watched_until_it_is_declared_lost()
    {
        Assert.Equal(Options.WatchfulPeriod, Of(Silent(1_000)));
        Assert.Equal(Options.Period, Of(Silent(1_000), Standing(Other, MemberMark.Lost)));
    }

    [Fact]
    public void One_that_announced_its_stop_is_watched_when_its_time_is_over()
    {
        Assert.Equal(Options.Period, Of(Silent(1_000), Standing(Other, MemberMark.Member, awayUntil: Now + 1)));
        Assert.Equal(Options.WatchfulPeriod, Of(Silent(1_000), Standing(Other, MemberMark.Member, awayUntil: Now)));
    }

    [Fact]
    public void A_newcomer_is_watched_from_its_joining_to_its_vote()
    {
        var asked = Of(Silent(100), Standing(new(3), MemberMark.Requested));
        var learns = Of(Silent(100), Standing(Other, MemberMark.Requested));
        var votes = Of(Silent(100), Standing(Other, MemberMark.Member));
        Assert.Equal([Options.Period, Options.WatchfulPeriod, Options.Period], [asked, learns, votes]);
    }

    private static PeerSight Silent(long milliseconds) => new(true, milliseconds, true, 1, false);

    private static MemberStanding Standing(NodeId node, MemberMark mark, long awayUntil = 0) =>
        new(node, "m", null, null, null, mark, "", 0, awayUntil);

    /// <summary>The pace of a leader 1, with a registered member 2.</summary>
    private static TimeSpan Of(PeerSight other, MemberStanding? standing = null)
    {
        var membership = MembershipState.Empty with { Target = 3, Voters = [new(1), Other] };
        return MembershipPace.Of(
            new(
                new(1),
                standing is null ? membership : membership with { Standings = membership.Standings.Add(standing.Id, standing) },
                ImmutableSortedDictionary<NodeId, MemberRecord>.Empty.Add(Other, new(Other, "m", new(20), new("a"), "h:1", [], 4, "v", default)),
                ModelState.Empty,
                ImmutableSortedDictionary<NodeId, PeerSight>.Empty.Add(Other, other),
                false,
                0,
                Now),
            Options);
    }
}
