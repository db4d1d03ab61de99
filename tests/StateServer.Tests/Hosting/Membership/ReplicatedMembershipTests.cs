using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus;
using StateServer.Consensus.Membership;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Hosting.Membership;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.StateServer.Tests.Api.Hosting;

namespace StateServer.StateServer.Tests.Hosting.Membership;

/// <summary>What the leader's loop sees of the members, and how failures reach it.</summary>
public sealed class ReplicatedMembershipTests : IDisposable
{
    /// <summary>Members of other tests in this process measure with the real one.</summary>
    private const string MeterName = "StateServer.Tests.Disk";

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryReplica _replica = new();
    private readonly FakeMembershipControl _control = new();
    private readonly LeaderOfTerm _leader = new();
    private readonly DiskWatch _disk;
    private readonly ReplicatedMembership _membership;

    public ReplicatedMembershipTests()
    {
        _disk = new DiskWatch(_time, MeterName);
        _membership = new ReplicatedMembership(_replica, _leader, _control, ApiHost.Options(), _disk, new Laggards(_time), _time);
        _replica.Restore(ReplicatedState.Empty with { FeatureLevel = 4 });
        _control.Reaches = [Reach(InMemoryReplica.Self, 0), Reach(new(8), 1500) with { IsVoter = false, LearnedShare = 0.5 }];
    }

    [Fact]
    public void A_leader_sees_the_others_and_how_long_it_leads()
    {
        Assert.Equal(0, _membership.Read()!.TermAgeMilliseconds);
        _time.Advance(TimeSpan.FromSeconds(3));
        MembershipSight sight = _membership.Read()!;
        Assert.Equal(InMemoryReplica.Self, sight.Self);
        Assert.Equal(3000, sight.TermAgeMilliseconds);
        Assert.Equal([new(new NodeId(8), new PeerSight(true, 1500, true, 0.5, false))], sight.Peers);

        _leader.LeadingTerm = 4;
        Assert.Equal(0, _membership.Read()!.TermAgeMilliseconds);
    }

    [Fact]
    public void Whoever_does_not_lead_sees_nothing_nor_does_a_cluster_of_an_earlier_level()
    {
        _replica.Restore(ReplicatedState.Empty with { FeatureLevel = 3 });
        Assert.Null(_membership.Read());
        _replica.Restore(ReplicatedState.Empty with { FeatureLevel = 4 });
        _control.Reaches = [];
        Assert.Null(_membership.Read());
        _control.Reaches = [Reach(InMemoryReplica.Self, 0)];
        _leader.LeadingTerm = null;
        Assert.Null(_membership.Read());
    }

    [Theory]
    [InlineData(VoterChangeFailure.Unsettled, true)]
    [InlineData(VoterChangeFailure.Refused, false)]
    [InlineData(VoterChangeFailure.NotLeading, false)]
    [InlineData(VoterChangeFailure.NoSpace, false)]
    public async Task A_change_that_does_not_come_through_says_whether_that_is_known(VoterChangeFailure failure, bool isUnknown)
    {
        _control.Failure = new VoterChangeException(failure, "3 voters with 1 alive");
        var promoted = await Assert.ThrowsAsync<MembershipException>(() => _membership.PromoteAsync(new(8), CancellationToken.None));
        Assert.Equal((isUnknown, "3 voters with 1 alive"), (promoted.IsUnknown, promoted.Message));
        await Assert.ThrowsAsync<MembershipException>(() => _membership.RemoveVoterAsync(new(9), CancellationToken.None));
        await Assert.ThrowsAsync<MembershipException>(() => _membership.TransferLeadershipAsync(new(9), CancellationToken.None));
        Assert.Equal(["promote 8", "remove 9", "transfer 9"], _control.Asked);
    }

    [Theory]
    [InlineData(ReachVerdict.Heard, PeerVerdict.Heard)]
    [InlineData(ReachVerdict.Silent, PeerVerdict.Silent)]
    [InlineData(ReachVerdict.Unknown, PeerVerdict.Unknown)]
    public async Task What_the_others_say_is_handed_on(ReachVerdict said, PeerVerdict heard)
    {
        _control.Verdict = said;
        Assert.Equal(heard, await _membership.AskOthersAsync(new(8), CancellationToken.None));
    }

    [Fact]
    public void A_follower_that_stays_far_behind_is_slow_after_minutes_and_no_more_once_it_caught_up()
    {
        MemberReach behind = Reach(new(8), 10) with { BehindEntries = 50_000 };
        _control.Reaches = [Reach(InMemoryReplica.Self, 0), behind];
        Assert.False(_membership.Read()!.Peers[new(8)].IsSlow);
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.True(_membership.Read()!.Peers[new(8)].IsSlow);
        _control.Reaches = [Reach(InMemoryReplica.Self, 0), behind with { BehindEntries = 10 }];
        Assert.False(_membership.Read()!.Peers[new(8)].IsSlow);
        _control.Reaches = [Reach(InMemoryReplica.Self, 0), behind];
        Assert.False(_membership.Read()!.Peers[new(8)].IsSlow);
    }

    [Fact]
    public void A_disk_is_slow_when_nothing_but_long_syncs_came_for_a_while_and_lately()
    {
        _disk.Note(2);
        Assert.False(_disk.IsSlow);
        for (int second = 0; second < 12; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _disk.Note(0.9);
        }

        Assert.True(_membership.Read()!.IsSlow);
        _disk.Note(0.001);
        Assert.False(_disk.IsSlow);

        // One long sync, and one an hour later, are two hiccups.
        _disk.Note(2);
        _time.Advance(TimeSpan.FromHours(1));
        _disk.Note(2);
        Assert.False(_disk.IsSlow);
    }

    [Fact]
    public void A_sync_that_never_ends_is_a_slow_disk_too()
    {
        double underWay = 0;
        using var meter = new Meter(MeterName);
        meter.CreateObservableGauge("stateserver.log.fsync.under_way", () => underWay, "s");
        Assert.False(_disk.IsSlow);
        underWay = 9;
        Assert.False(_disk.IsSlow);
        underWay = 11;
        Assert.True(_membership.Read()!.IsSlow);
        underWay = 0;
        Assert.False(_disk.IsSlow);

        // Slow ones before it count, too.
        _disk.Note(1);
        _time.Advance(TimeSpan.FromSeconds(8));
        _disk.Note(1);
        Assert.False(_disk.IsSlow);
        _time.Advance(TimeSpan.FromSeconds(3));
        underWay = 3;
        Assert.True(_disk.IsSlow);
    }

    public void Dispose() => _disk.Dispose();

    private static MemberReach Reach(NodeId id, int silentMilliseconds) => new()
    {
        Id = id,
        IsVoter = true,
        IsHeard = true,
        SilentFor = TimeSpan.FromMilliseconds(silentMilliseconds),
        IsCaughtUp = true,
        LearnedShare = 1,
    };

    private sealed class LeaderOfTerm : ILeaderLog
    {
        public event Action? LeadershipChanged
        {
            add { }
            remove { }
        }

        public long? LeadingTerm { get; set; } = 3;

        public ValueTask<Outcome> ProposeInTermAsync(Command command, long term, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
