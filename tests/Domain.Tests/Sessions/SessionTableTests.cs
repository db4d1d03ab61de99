using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Sessions;
using StateServer.Domain.Tests.Apply;
using static StateServer.Domain.Tests.Apply.Script;

namespace StateServer.Domain.Tests.Sessions;

public sealed class SessionTableTests
{
    private static readonly Command Anything = new KeyspaceCommand(Put("a", "1"));

    [Fact]
    public void A_retry_gets_the_first_outcome_and_executes_nothing()
    {
        var script = new Script();
        var session = Open(script);
        var first = script.Run(Anything, new RequestId(session, 1, 1));
        var revision = script.Keyspace.Revision;
        Assert.Same(first, script.Run(new KeyspaceCommand(Delete("a")), new RequestId(session, 1, 1)));
        Assert.Equal(revision, script.Keyspace.Revision);
        Assert.Single(script.Events);
        AssertDigest(script);
    }

    [Fact]
    public void A_rejection_is_an_outcome_too()
    {
        var script = new Script();
        var session = Open(script);
        var refused = script.Run(new RevokeLeaseCommand(new LeaseId(5)), new RequestId(session, 1, 1));
        Assert.Equal(RejectionReason.LeaseNotFound, Assert.IsType<Rejection>(refused).Reason);
        script.Run(new GrantLeaseCommand(new LeaseId(5), 60));
        Assert.Same(refused, script.Run(new RevokeLeaseCommand(new LeaseId(5)), new RequestId(session, 1, 1)));
    }

    [Fact]
    public void Two_sessions_of_one_entry_have_ids_of_their_own()
    {
        var script = new Script();
        var opening = new BatchItem(new OpenSessionCommand(), null, default);
        var ids = script.RunBatch(0, opening, opening).Cast<SessionOpenedOutcome>().Select(o => o.Session.Value);
        Assert.Equal([4096, 4097], ids);
        Assert.Equal(8192, Open(script).Value);
    }

    [Fact]
    public void An_unknown_session_is_never_executed()
    {
        var script = new Script();
        AssertRefused(RejectionReason.SessionUnknown, script.Run(Anything, new RequestId(new SessionId(77), 1, 1)));
        var session = Open(script);
        script.Run(new CloseSessionCommand(session));
        script.Run(new CloseSessionCommand(session));
        AssertRefused(RejectionReason.SessionUnknown, script.Run(Anything, new RequestId(session, 1, 1)));
        Assert.Empty(script.Events);
    }

    [Fact]
    public void What_the_client_has_seen_is_forgotten()
    {
        var script = new Script();
        var session = Open(script);
        script.Run(Anything, new RequestId(session, 1, 1));
        script.Run(Anything, new RequestId(session, 2, 2));
        AssertRefused(RejectionReason.OutcomeForgotten, script.Run(Anything, new RequestId(session, 1, 1)));

        // A late request that was never executed isn't executed either, and an older lower bound changes nothing.
        script.Run(Anything, new RequestId(session, 9, 8));
        AssertRefused(RejectionReason.OutcomeForgotten, script.Run(Anything, new RequestId(session, 7, 3)));
        Assert.Equal(3, script.Events.Count);
        AssertDigest(script);
    }

    [Fact]
    public void Contradictory_numbers_are_refused()
    {
        var script = new Script();
        var session = Open(script);
        AssertRefused(RejectionReason.InvalidArgument, script.Run(Anything, new RequestId(session, 0, 0)));
        AssertRefused(RejectionReason.InvalidArgument, script.Run(Anything, new RequestId(session, 3, 4)));
        Assert.Empty(script.Events);
    }

    [Fact]
    public void A_session_keeps_64_outcomes_and_then_takes_no_new_request()
    {
        var script = new Script();
        var session = Open(script);
        for (var sequence = 1; sequence <= SessionTable.MostOutcomes; sequence++)
        {
            Assert.IsType<PutOutcome>(script.Run(Anything, new RequestId(session, sequence, 1)));
        }

        AssertRefused(RejectionReason.TooManyUnanswered, script.Run(Anything, new RequestId(session, 65, 1)));
        Assert.Equal(2, Assert.IsType<PutOutcome>(script.Run(Anything, new RequestId(session, 1, 1))).Revision.Value);
        Assert.IsType<PutOutcome>(script.Run(Anything, new RequestId(session, 65, 2)));
        Assert.Equal(65, script.Events.Count);
        AssertDigest(script);
    }

    [Fact]
    public void The_session_used_least_recently_goes_when_there_are_too_many()
    {
        var script = new Script();
        var first = Open(script);
        var second = Open(script);
        var opening = new BatchItem(new OpenSessionCommand(), null, default);
        for (var left = SessionTable.MostSessions - 2; left > 0; left -= 2000)
        {
            script.RunBatch(0, [.. Enumerable.Repeat(opening, Math.Min(left, 2000))]);
        }

        Assert.Equal(SessionTable.MostSessions, script.State.Sessions.Count);
        script.Run(Anything, new RequestId(first, 1, 1));
        Open(script);
        Assert.Equal(SessionTable.MostSessions, script.State.Sessions.Count);
        Assert.True(script.State.Sessions.Holds(first));
        AssertRefused(RejectionReason.SessionUnknown, script.Run(Anything, new RequestId(second, 1, 1)));
        Assert.Single(script.Events);
        AssertDigest(script);
    }

    [Fact]
    public void The_session_used_least_recently_goes_when_they_take_too_many_bytes()
    {
        var script = new Script();
        var value = new byte[200 << 10];
        var put = new KeyspaceCommand(new PutOperation(K("large"), value, ReturnPrevious: true));
        script.Run(put);
        var sessions = new List<SessionId>();
        for (var i = 0; i < 6; i++)
        {
            var session = Open(script);
            sessions.Add(session);
            for (var sequence = 1; sequence <= SessionTable.MostOutcomes; sequence++)
            {
                Assert.IsType<PutOutcome>(script.Run(put, new RequestId(session, sequence, 1)));
            }

            Assert.InRange(script.State.Sessions.SizeBytes, 1, SessionTable.MostBytes);
        }

        // 64 outcomes of 200 KiB are 12.5 MiB: five sessions fit, and the first one had to go.
        Assert.Equal(5, script.State.Sessions.Count);
        Assert.False(script.State.Sessions.Holds(sessions[0]));
        AssertDigest(script);
    }

    [Fact]
    public void An_outcome_that_is_too_large_is_not_kept_and_not_executed_again()
    {
        var script = new Script();
        var session = Open(script);
        var put = new KeyspaceCommand(
            new PutOperation(K("large"), new byte[SessionTable.LargestOutcomeBytes], ReturnPrevious: true));
        script.Run(put);
        Assert.NotNull(Assert.IsType<PutOutcome>(script.Run(put, new RequestId(session, 1, 1))).Previous);
        AssertRefused(RejectionReason.OutcomeForgotten, script.Run(put, new RequestId(session, 1, 1)));
        Assert.Equal(2, script.Events.Count);
        AssertDigest(script);
    }

    [Fact]
    public void A_session_may_open_another()
    {
        var script = new Script();
        var request = new RequestId(Open(script), 1, 1);
        var opened = script.Run(new OpenSessionCommand(), request);
        Assert.Same(opened, script.Run(new OpenSessionCommand(), request));
        Assert.Equal(2, script.State.Sessions.Count);
        AssertDigest(script);
    }

    [Fact]
    public void A_session_may_close_itself()
    {
        var script = new Script();
        var session = Open(script);
        Assert.IsType<DoneOutcome>(script.Run(new CloseSessionCommand(session), new RequestId(session, 1, 1)));
        Assert.Equal(0, script.State.Sessions.Count);
        AssertDigest(script);
    }

    private static SessionId Open(Script script) =>
        Assert.IsType<SessionOpenedOutcome>(script.Run(new OpenSessionCommand())).Session;

    private static void AssertRefused(RejectionReason reason, Outcome outcome) =>
        Assert.Equal(reason, Assert.IsType<Rejection>(outcome).Reason);

    private static void AssertDigest(Script script) =>
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
}
