using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Leases;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;
using static StateServer.Domain.Tests.Apply.Script;

namespace StateServer.Domain.Tests.Leases;

public sealed class LeaseTests
{
    private static readonly LeaseId Five = new(5);

    [Fact]
    public void An_expiry_deletes_all_keys_of_the_lease_at_one_revision_and_ends_it()
    {
        var script = AtLevelTwo(term: 3);
        script.Run(new GrantLeaseCommand(Five, 10));
        script.Run(Put("b", "1", lease: 5));
        script.Run(Put("a", "1", lease: 5));
        script.Run(Put("free", "1"));
        script.Events.Clear();
        Assert.Equal(5, Assert.IsType<DoneOutcome>(script.Run(new ExpireLeaseCommand(Five, 3))).Revision.Value);
        Assert.Equal([("a", 5L, true), ("b", 5, true)], script.Events.Select(e => (Name(e.Current.Key), e.Current.ModRevision.Value, e.IsDelete)));
        Assert.Null(script.Keyspace.GetLease(Five));
        Assert.Equal(1, script.Keyspace.KeyCount);
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
        Assert.Equal(RejectionReason.LeaseNotFound, Refusal(script.Run(new ExpireLeaseCommand(Five, 3))));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void An_expiry_of_another_term_changes_nothing(long term)
    {
        var script = AtLevelTwo(term: 3);
        script.Run(new GrantLeaseCommand(Five, 10));
        script.Run(Put("a", "1", lease: 5));
        var before = script.State.Digest;
        script.LeaseChanges.Clear();
        Assert.Equal(RejectionReason.OutdatedTerm, Refusal(script.Run(new ExpireLeaseCommand(Five, term))));
        Assert.Equal(before, script.State.Digest);
        Assert.Empty(script.LeaseChanges);
        script.Term = 4;
        Assert.Equal(RejectionReason.OutdatedTerm, Refusal(script.Run(new ExpireLeaseCommand(Five, 3))));
        Assert.IsType<DoneOutcome>(script.Run(new ExpireLeaseCommand(Five, 4)));
    }

    [Fact]
    public void Nothing_expires_before_all_members_know_how()
    {
        var script = new Script();
        script.Run(new GrantLeaseCommand(Five, 10));
        Assert.Equal(RejectionReason.FeatureLevel, Refusal(script.Run(new ExpireLeaseCommand(Five, 1))));
        Assert.NotNull(script.Keyspace.GetLease(Five));
    }

    [Fact]
    public void Each_lease_made_and_ended_is_told_once()
    {
        var script = AtLevelTwo(term: 1);
        script.Run(new GrantLeaseCommand(Five, 10));
        script.Run(new GrantLeaseCommand(Five, 10));
        script.Run(new GrantLeaseCommand(new LeaseId(6), 20));
        script.Run(Put("a", "1", lease: 5));
        script.Run(new RevokeLeaseCommand(Five));
        script.Run(new RevokeLeaseCommand(Five));
        script.Run(new ExpireLeaseCommand(new LeaseId(6), 1));
        Assert.Equal(
            [(5L, false), (6, false), (5, true), (6, true)],
            script.LeaseChanges.Select(change => (change.Lease.Id.Value, change.IsEnd)));
    }

    [Fact]
    public void A_retried_grant_is_told_once_too()
    {
        var script = new Script();
        var session = Assert.IsType<SessionOpenedOutcome>(script.Run(new OpenSessionCommand())).Session;
        var first = script.Run(new GrantLeaseCommand(Five, 10), new RequestId(session, 1, 1));
        Assert.Equal(first, script.Run(new GrantLeaseCommand(Five, 10), new RequestId(session, 1, 1)));
        Assert.IsType<DoneOutcome>(first);
        Assert.Single(script.LeaseChanges);
    }

    [Fact]
    public void A_put_without_the_lease_detaches_and_one_with_another_moves_the_key()
    {
        var script = new Script();
        script.Run(new GrantLeaseCommand(Five, 10));
        script.Run(new GrantLeaseCommand(new LeaseId(6), 10));
        script.Run(Put("detached", "1", lease: 5));
        script.Run(Put("detached", "2"));
        script.Run(Put("moved", "1", lease: 5));
        script.Run(Put("moved", "2", lease: 6));
        script.Run(Put("kept", "1", lease: 5));
        script.Run(new PutOperation(K("kept"), "2"u8.ToArray(), IgnoreLease: true));
        script.Run(Put("deleted", "1", lease: 5));
        script.Run(Delete("deleted"));
        Assert.Equal(["kept"], script.Keyspace.KeysOfLease(Five).Select(Name));
        script.Run(new RevokeLeaseCommand(Five));
        Assert.Empty(script.Find("kept").KeyValues);
        Assert.Single(script.Find("detached").KeyValues);
        Assert.Single(script.Find("moved").KeyValues);
        script.Run(new RevokeLeaseCommand(new LeaseId(6)));
        Assert.Empty(script.Find("moved").KeyValues);
    }

    [Theory]
    [InlineData(0, 10, RejectionReason.InvalidArgument)]
    [InlineData(5, 0, RejectionReason.InvalidArgument)]
    [InlineData(5, LeaseRules.LongestTimeToLiveSeconds + 1, RejectionReason.LeaseTimeToLiveTooLarge)]
    public void A_lease_that_makes_no_sense_is_not_made(long id, long seconds, RejectionReason reason)
    {
        var script = new Script();
        Assert.Equal(reason, Refusal(script.Run(new GrantLeaseCommand(new LeaseId(id), seconds))));
        Assert.Equal(0, script.Keyspace.LeaseCount);
    }

    [Fact]
    public void Leases_are_listed_by_id()
    {
        var script = new Script();
        foreach (var id in (long[])[7, -3, long.MaxValue, 1])
        {
            script.Run(new GrantLeaseCommand(new LeaseId(id), LeaseRules.LongestTimeToLiveSeconds));
        }

        Assert.Equal([-3, 1, 7, long.MaxValue], script.Keyspace.ListLeases().Select(lease => lease.Id.Value));
    }

    private static Script AtLevelTwo(long term)
    {
        var script = new Script { Term = term };
        script.Run(new RegisterMemberCommand(new MemberRecord(
            new NodeId(1), "one", new FolderId(11), new Zone("z"), "127.0.0.1:1", [], LeaseRules.ExpiryFeatureLevel, "1", default)));
        Assert.IsType<DoneOutcome>(script.Run(new RaiseFeatureLevelCommand(LeaseRules.ExpiryFeatureLevel)));
        return script;
    }

    private static RejectionReason Refusal(Outcome outcome) => Assert.IsType<Rejection>(outcome).Reason;

    private static string Name(Domain.Keyspace.Key key) => System.Text.Encoding.UTF8.GetString(key.Memory.Span);
}
