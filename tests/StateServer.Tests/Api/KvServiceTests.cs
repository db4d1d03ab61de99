using Grpc.Core;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

/// <summary>What the KV service does beyond what the comparison with etcd shows: faults, guards, request ids.</summary>
public sealed class KvServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Wire.KV.KVClient _kv = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _kv = new Wire.KV.KVClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_header_names_cluster_member_revision_and_term()
    {
        var header = (await _kv.PutAsync(Put("a"))).Header;
        Assert.Equal(
            new Wire.ResponseHeader { ClusterId = 77, MemberId = 7, Revision = 2, RaftTerm = 3 },
            header);
    }

    [Theory]
    [InlineData(ProposalRefusal.NoLeader, StatusCode.Unavailable, "etcdserver: no leader")]
    [InlineData(ProposalRefusal.QueueFull, StatusCode.ResourceExhausted, "etcdserver: too many requests")]
    [InlineData(ProposalRefusal.TooLarge, StatusCode.InvalidArgument, "etcdserver: request is too large")]
    [InlineData(ProposalRefusal.NoSpace, StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded")]
    [InlineData(ProposalRefusal.Corrupt, StatusCode.DataLoss, "etcdserver: corrupt cluster")]
    [InlineData(ProposalRefusal.Stopping, StatusCode.Unavailable, "etcdserver: server stopped")]
    [InlineData(ProposalRefusal.TimedOutInQueue, StatusCode.Unavailable, "etcdserver: request timed out")]
    public async Task A_refused_proposal_is_told_as_not_executed(ProposalRefusal reason, StatusCode code, string detail)
    {
        _host.Replica.ProposalFault = new ProposalRefusedException(reason, "test");
        foreach (var call in Writes())
        {
            AssertFailure(await FailureOf(call), code, detail, "no");
        }
    }

    [Theory]
    [InlineData(UnknownReason.TimedOut, "etcdserver: request timed out")]
    [InlineData(UnknownReason.LeaderChanged, "etcdserver: request timed out, possibly due to previous leader failure")]
    [InlineData(UnknownReason.ConnectionLost, "etcdserver: request timed out, possibly due to connection lost")]
    [InlineData(UnknownReason.Cancelled, "etcdserver: server stopped")]
    public async Task An_unknown_outcome_is_told_as_unknown(UnknownReason reason, string detail)
    {
        _host.Replica.ProposalFault = new OutcomeUnknownException(reason, "test");
        foreach (var call in Writes())
        {
            AssertFailure(await FailureOf(call), StatusCode.Unavailable, detail, "unknown");
        }
    }

    [Theory]
    [InlineData(ReadRefusal.NoLeader, StatusCode.Unavailable, "etcdserver: no leader")]
    [InlineData(ReadRefusal.TimedOut, StatusCode.Unavailable, "etcdserver: request timed out")]
    [InlineData(ReadRefusal.Corrupt, StatusCode.DataLoss, "etcdserver: corrupt cluster")]
    [InlineData(ReadRefusal.QueueFull, StatusCode.ResourceExhausted, "etcdserver: too many requests")]
    public async Task A_refused_read_says_why_and_a_serializable_one_is_served(ReadRefusal refusal, StatusCode code, string detail)
    {
        _host.Replica.ReadFault = new ReadRefusedException(refusal, "test");
        AssertFailure(await FailureOf(async () => await _kv.RangeAsync(Range("a"))), code, detail, "no");
        AssertFailure(await FailureOf(async () => await _kv.TxnAsync(Txn(success: [Op(Range("a"))]))), code, detail, "no");

        var serializable = Range("a");
        serializable.Serializable = true;
        Assert.Equal(0, (await _kv.RangeAsync(serializable)).Count);
        Assert.Equal(1, (await _kv.TxnAsync(Txn(success: [Op(serializable)]))).Header.Revision);
    }

    [Fact]
    public async Task Only_transactions_that_write_enter_the_log()
    {
        await _kv.TxnAsync(Txn(success: [Op(Range("a"))]));
        await _kv.TxnAsync(Txn());
        Assert.Empty(_host.Replica.Requests);
        Assert.Equal(1, _host.Replica.LinearizableReads);

        await _kv.TxnAsync(Txn(success: [Op(Range("a"))], failure: [Op(Put("a"))]));
        Assert.Single(_host.Replica.Requests);
    }

    [Fact]
    public async Task A_client_that_requires_a_leader_is_refused_without_one()
    {
        _host.Replica.Status = _host.Replica.Status with { Leader = default };
        var metadata = new Metadata { { "hasleader", "true" } };
        AssertFailure(await FailureOf(async () => await _kv.RangeAsync(Range("a"), metadata)), StatusCode.Unavailable, "etcdserver: no leader", "no");
        AssertFailure(await FailureOf(async () => await _kv.PutAsync(Put("a"), metadata)), StatusCode.Unavailable, "etcdserver: no leader", "no");
        Assert.Equal(2, (await _kv.PutAsync(Put("a"))).Header.Revision);
    }

    [Fact]
    public async Task A_learner_serves_serializable_reads_alone()
    {
        _host.Replica.Status = _host.Replica.Status with { Role = MemberRole.Learner };
        const string refused = "etcdserver: rpc not supported for learner";
        AssertFailure(await FailureOf(async () => await _kv.RangeAsync(Range("a"))), StatusCode.FailedPrecondition, refused, "no");
        AssertFailure(await FailureOf(async () => await _kv.PutAsync(Put("a"))), StatusCode.FailedPrecondition, refused, "no");
        await _kv.RangeAsync(new Wire.RangeRequest { Key = Bytes("a"), Serializable = true });
    }

    [Fact]
    public async Task A_member_that_is_not_open_or_differs_answers_no_read_of_its_own_state()
    {
        var request = new Wire.RangeRequest { Key = Bytes("a"), Serializable = true };
        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Closed, "this member serves nothing: the log is damaged");
        var closed = await FailureOf(async () => await _kv.RangeAsync(request));
        AssertFailure(closed, StatusCode.Unavailable, "stateserver: this member serves nothing: the log is damaged", "no");
        closed = await FailureOf(async () => await _kv.TxnAsync(Txn(success: [new Wire.RequestOp { RequestRange = request }])));
        AssertFailure(closed, StatusCode.Unavailable, "stateserver: this member serves nothing: the log is damaged", "no");

        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Corrupt, "it differs");
        AssertFailure(
            await FailureOf(async () => await _kv.RangeAsync(request)), StatusCode.DataLoss, "etcdserver: corrupt cluster", "no");
    }

    [Fact]
    public async Task Reserved_keys_can_be_read_and_not_written()
    {
        const string key = "/stateserver/x";
        foreach (var failure in new[]
        {
            await FailureOf(async () => await _kv.PutAsync(Put(key))),
            await FailureOf(async () => await _kv.DeleteRangeAsync(Delete(key))),
            await FailureOf(async () => await _kv.TxnAsync(Txn(success: [Op(Put(key))]))),
        })
        {
            Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
            Assert.Contains("/stateserver/", failure.Status.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await _kv.RangeAsync(Range(key))).Count);
    }

    [Fact]
    public async Task A_write_in_a_session_carries_its_request_id_and_is_done_once()
    {
        var session = _host.Replica.Apply(new OpenSessionCommand(), null);
        var id = ((Domain.Outcomes.SessionOpenedOutcome)session).Session.Value;
        var first = await _kv.PutAsync(Put("a", "1"), Session($"{id}", "1", "1"));
        var again = await _kv.PutAsync(Put("a", "2"), Session($"{id}", "1", "1"));
        Assert.Equal(first.Header.Revision, again.Header.Revision);
        Assert.Equal(new RequestId(new SessionId(id), 1, 1), _host.Replica.Requests[0]);
        Assert.Equal("1", (await _kv.RangeAsync(Range("a"))).Kvs[0].Value.ToStringUtf8());

    }

    [Fact]
    public async Task An_unknown_session_is_told_as_unknown_and_a_forgotten_outcome_as_executed()
    {
        var unknown = await FailureOf(async () => await _kv.PutAsync(Put("a"), Session("99", "1", "1")));
        Assert.Equal(StatusCode.Aborted, unknown.StatusCode);
        Assert.StartsWith("stateserver: session unknown: ", unknown.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("unknown", unknown.Trailers.GetValue("stateserver-executed"));

        var opened = _host.Replica.Apply(new OpenSessionCommand(), null);
        var id = ((Domain.Outcomes.SessionOpenedOutcome)opened).Session.Value;
        await _kv.PutAsync(Put("a"), Session($"{id}", "1", "1"));
        await _kv.PutAsync(Put("a"), Session($"{id}", "2", "2"));
        var forgotten = await FailureOf(async () => await _kv.PutAsync(Put("a"), Session($"{id}", "1", "1")));
        Assert.Equal(StatusCode.Aborted, forgotten.StatusCode);
        Assert.StartsWith("stateserver: outcome forgotten: ", forgotten.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("yes", forgotten.Trailers.GetValue("stateserver-executed"));
    }

    [Theory]
    [InlineData("1", null, null, "go together")]
    [InlineData("1", "1", null, "go together")]
    [InlineData(null, "1", "1", "go together")]
    [InlineData("0", "1", "1", "stateserver-session is '0'")]
    [InlineData("1", "-1", "1", "stateserver-sequence is '-1'")]
    [InlineData("1", "x", "1", "stateserver-sequence is 'x'")]
    [InlineData("1", "9223372036854775808", "1", "stateserver-sequence is '9223372036854775808'")]
    [InlineData("1", "1", "1.5", "stateserver-lowest-unanswered is '1.5'")]
    [InlineData("1", "1", "2", "it can't be above")]
    public async Task A_bad_request_id_is_refused_with_what_would_be_right(string? session, string? sequence, string? lowest, string detail)
    {
        var failure = await FailureOf(async () => await _kv.PutAsync(Put("a"), Session(session, sequence, lowest)));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Contains(detail, failure.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(_host.Replica.Requests);
    }

    [Fact]
    public async Task A_physical_compaction_is_answered_once_history_is_trimmed()
    {
        for (var i = 0; i < 100; i++)
        {
            await _kv.PutAsync(Put("a", $"{i}"));
        }

        _host.Replica.TrimsAtOnce = false;
        var logical = await _kv.CompactAsync(Compact(50));
        Assert.True(_host.Replica.State.Keyspace.HasHistoryToTrim);
        Assert.Equal(101, logical.Header.Revision);

        using var physical = _kv.CompactAsync(Compact(80, physical: true));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_host.Replica.State.Keyspace.CompactedRevision.Value < 80)
        {
            await Task.Delay(5, deadline.Token);
        }

        await _kv.PutAsync(Put("b"));
        Assert.False(physical.ResponseAsync.IsCompleted);
        while (_host.Replica.State.Keyspace.HasHistoryToTrim)
        {
            _host.Replica.Apply(new TrimHistoryCommand(), null);
        }

        await physical.ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Messages_up_to_two_MiB_are_read_and_larger_ones_refused()
    {
        var large = await FailureOf(async () => await _kv.PutAsync(Put("a", new string('x', 1536 * 1024))));
        Assert.Equal("etcdserver: request is too large", large.Status.Detail);
        var huge = await FailureOf(async () => await _kv.PutAsync(Put("a", new string('x', 3 * 1024 * 1024))));
        Assert.Equal(StatusCode.ResourceExhausted, huge.StatusCode);
        Assert.Empty(_host.Replica.Requests);
    }

    [Fact]
    public async Task An_answer_may_be_larger_than_any_request()
    {
        for (var i = 0; i < 5; i++)
        {
            await _kv.PutAsync(Put($"k{i}", new string('x', 1_400_000)));
        }

        var all = await _kv.RangeAsync(Range("k", "l"));
        Assert.Equal(5, all.Kvs.Count);
        Assert.All(all.Kvs, static found => Assert.Equal(1_400_000, found.Value.Length));
    }

    private Func<Task>[] Writes() =>
    [
        async () => await _kv.PutAsync(Put("a")),
        async () => await _kv.DeleteRangeAsync(Delete("a")),
        async () => await _kv.TxnAsync(Txn(success: [Op(Put("a"))])),
        async () => await _kv.CompactAsync(Compact(1)),
    ];

    private static Metadata Session(string? session, string? sequence, string? lowest)
    {
        var metadata = new Metadata();
        Add("stateserver-session", session);
        Add("stateserver-sequence", sequence);
        Add("stateserver-lowest-unanswered", lowest);
        return metadata;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                metadata.Add(name, value);
            }
        }
    }
}
