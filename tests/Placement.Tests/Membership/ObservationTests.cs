using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Membership;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Membership;

/// <summary>What the leader makes of contacts and listings before the planner judges them.</summary>
public sealed class ObservationTests
{
    private static readonly NodeId Self = new(1);
    private static readonly NodeId Other = new(2);
    private static readonly InstanceId There = new("i-1");

    private readonly FakeTimeProvider _time = new();
    private readonly MembershipObservation _observation;
    private ImmutableSortedDictionary<NodeId, MemberRecord> _members = ImmutableSortedDictionary<NodeId, MemberRecord>.Empty;
    private MembershipState _membership = MembershipState.Empty;
    private ModelState _model = ModelState.Empty;
    private PeerSight? _peer;
    private long _listings;

    public ObservationTests()
    {
        _observation = new(new PeerVerdicts(new FakeMembership(), _time), new ReconciliationOptions(), _time);
        _members = _members.Add(Self, RecordOf(Self)).Add(Other, RecordOf(Other));
    }

    [Fact]
    public void A_newcomers_silence_counts_from_when_it_is_taken_in_however_old_the_term_is()
    {
        _members = _members.Remove(Other);
        Look();
        _time.Advance(TimeSpan.FromHours(1));
        _members = _members.Add(Other, RecordOf(Other));
        Assert.Equal(0, Look().SilentForMilliseconds);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2000, Look().SilentForMilliseconds);
    }

    [Fact]
    public void A_member_that_this_leader_knew_from_the_beginning_is_silent_since_the_term_began()
    {
        _time.Advance(TimeSpan.FromSeconds(7));
        var contact = Look();
        Assert.Equal((false, 7000), (contact.IsHeard, contact.SilentForMilliseconds));
    }

    [Fact]
    public void Who_was_heard_before_this_member_was_held_up_is_neither_silent_for_long_nor_heard()
    {
        _peer = new(true, 0, true, 1, false);
        Assert.True(Look().IsHeard);

        _time.Advance(TimeSpan.FromMinutes(5));
        _observation.NoteGap(TimeSpan.FromMinutes(5));
        _peer = new(true, 300_000, true, 1, false);
        var contact = Look();
        Assert.Equal((false, 0), (contact.IsHeard, contact.SilentForMilliseconds));

        _time.Advance(TimeSpan.FromSeconds(2));
        _peer = new(true, 500, true, 1, false);
        contact = Look();
        Assert.Equal((true, 500), (contact.IsHeard, contact.SilentForMilliseconds));
    }

    [Fact]
    public void A_stopped_instance_counts_from_when_it_was_first_shown_so_and_anew_after_it_ran()
    {
        _model = ModelState.Empty with
        {
            Machines = ImmutableSortedDictionary<MachineId, MachineRecord>.Empty.Add(new MachineId(1), new MachineRecord(
                new MachineId(1), "noble", Constraints.None, PlacementDirective.None, Other, new Zone("a"), Life.Alive, MachineStatus.Starting, "",
                There, null, null, [], false, 0, 0, 0)),
        };
        Assert.Equal(0, Look(InstanceState.Running).StoppedForMilliseconds);
        Look(InstanceState.Stopped);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(4000, Look(InstanceState.Stopped).StoppedForMilliseconds);

        Look(InstanceState.Running);
        Assert.Equal(1, Look(InstanceState.Stopped).StoppedForMilliseconds);
    }

    [Fact]
    public void A_learner_is_behind_since_it_joined_and_anew_since_it_was_caught_up_last()
    {
        _members = _members.Remove(Other);
        Look();
        _time.Advance(TimeSpan.FromHours(1));
        _members = _members.Add(Other, RecordOf(Other));
        _peer = new(true, 0, false, 0.5, false);
        Assert.Equal(0, Look().BehindForMilliseconds);

        // However much it learns: what counts is that it may get its vote.
        _time.Advance(TimeSpan.FromSeconds(7));
        _peer = new(true, 0, false, 0.9, false);
        Assert.Equal(7000, Look().BehindForMilliseconds);

        _peer = new(true, 0, true, 1, false);
        Assert.Equal(0, Look().BehindForMilliseconds);
        _peer = new(true, 0, false, 0.9, false);
        Look();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2000, Look().BehindForMilliseconds);

        _membership = _membership with { Voters = [Self, Other] };
        Assert.Equal(0, Look().BehindForMilliseconds);
    }

    [Fact]
    public void An_announced_stop_is_over_only_when_silence_has_followed_it()
    {
        _membership = _membership with
        {
            Standings = _membership.Standings.Add(
                Other, new MemberStanding(Other, "two", null, null, null, MemberMark.Member, "", 0, AwayUntilMilliseconds: long.MaxValue)),
        };
        Assert.False(Look().IsBack);

        // A new leader has not heard it yet: that is no silence.
        _time.Advance(TimeSpan.FromMilliseconds(500));
        _peer = new(true, 0, true, 1, false);
        Assert.False(Look().IsBack);

        _time.Advance(TimeSpan.FromSeconds(3));
        _peer = new(true, 3000, true, 1, false);
        Assert.False(Look().IsBack);
        _peer = new(true, 0, true, 1, false);
        Assert.True(Look().IsBack);
    }

    private MemberContact Look(InstanceState? shown = null)
    {
        MembershipSight sight = new(
            Self,
            _membership,
            _members,
            _model,
            _peer is { } peer ? ImmutableSortedDictionary<NodeId, PeerSight>.Empty.Add(Other, peer) : ImmutableSortedDictionary<NodeId, PeerSight>.Empty,
            false,
            (long)_time.GetElapsedTime(0).TotalMilliseconds - Began,
            1);
        ProviderSight provider = shown is not { } state ? ProviderSight.Nothing : new(
            [],
            new InstanceListing([new Instance(There, new(new EnvironmentId(7), 1, new MachineId(1), InstanceRole.StateServer), 1, new Zone("a"), state, null)], ""),
            ++_listings,
            _time.GetTimestamp(),
            _model.Machines,
            "");
        return _observation.Of(sight, provider, 1, [], TestContext.Current.CancellationToken).Contact.GetValueOrDefault(Other) ?? MemberContact.Unheard(0);
    }

    /// <summary>The fake clock's beginning, by its own timestamps.</summary>
    private static readonly long Began = (long)new FakeTimeProvider().GetElapsedTime(0).TotalMilliseconds;

    private static MemberRecord RecordOf(NodeId id) => new(
        id, $"member-{id}", new FolderId(id.Value), new Zone("a"), $"10.0.0.{id}:1", [], 4, "1", DateTimeOffset.UnixEpoch);
}
