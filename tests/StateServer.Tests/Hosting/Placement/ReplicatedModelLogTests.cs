using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;
using StateServer.Hosting.Placement;
using StateServer.StateServer.Tests.Api.Hosting;

namespace StateServer.StateServer.Tests.Hosting.Placement;

/// <summary>What wakes the leader's loop.</summary>
public sealed class ReplicatedModelLogTests
{
    private readonly InMemoryReplica _replica = new();
    private readonly Leader _leader = new();
    private readonly ReplicatedState _state = ReplicatedState.Empty with { FeatureLevel = 4 };
    private int _changes;

    public ReplicatedModelLogTests()
    {
        new ReplicatedModelLog(_replica, _leader, TimeProvider.System).Changed += () => _changes++;
        _replica.Restore(_state);
        _changes = 0;
    }

    [Fact]
    public void What_is_wanted_of_the_members_wakes_it()
    {
        _replica.Restore(_state with { Membership = MembershipState.Empty with { Target = 3 } });
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void A_member_that_joined_wakes_it()
    {
        MemberRecord joined = new(new(9), "nine", new(90), new("local-a"), "127.0.0.1:9", [], 4, "0.1.0", DateTimeOffset.UnixEpoch);
        _replica.Restore(_state with { Members = ImmutableSortedDictionary<NodeId, MemberRecord>.Empty.Add(joined.Id, joined) });
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void A_change_of_leader_wakes_it()
    {
        _leader.Tell();
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void What_is_none_of_its_business_does_not()
    {
        _replica.Restore(_state with { TimestampMilliseconds = 5 });
        Assert.Equal(0, _changes);
    }

    private sealed class Leader : ILeaderLog
    {
        public event Action? LeadershipChanged;

        public long? LeadingTerm => 3;

        public void Tell() => LeadershipChanged?.Invoke();

        public ValueTask<Outcome> ProposeInTermAsync(Command command, long term, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
