using Grpc.Core;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

public sealed class MaintenanceServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Wire.Maintenance.MaintenanceClient _maintenance = null!;
    private Wire.KV.KVClient _kv = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _maintenance = new Wire.Maintenance.MaintenanceClient(_host.Channel);
        _kv = new Wire.KV.KVClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Status_tells_what_the_member_knows_of_itself()
    {
        await _kv.PutAsync(Put("a"));
        var status = await _maintenance.StatusAsync(new Wire.StatusRequest());
        Assert.Equal(
            new Wire.StatusResponse
            {
                Header = new Wire.ResponseHeader { ClusterId = 77, MemberId = 7, Revision = 2, RaftTerm = 3 },
                Version = "0.1.0",
                DbSize = 4096,
                DbSizeInUse = 512,
                Leader = 7,
                RaftIndex = 1,
                RaftAppliedIndex = 1,
                RaftTerm = 3,
            },
            status);
    }

    [Fact]
    public async Task Status_is_answered_without_a_leader_and_by_learners_and_names_what_is_wrong()
    {
        _host.Replica.Status = _host.Replica.Status with { Leader = default, Role = MemberRole.Learner, Unhealthy = "the disk is full" };
        Raise(new NodeId(9), AlarmKind.NoSpace);
        var status = await _maintenance.StatusAsync(new Wire.StatusRequest());
        Assert.True(status.IsLearner);
        Assert.Equal(0UL, status.Leader);
        Assert.Equal("etcdserver: no leader", status.Errors[0]);
        Assert.Equal("the disk is full", status.Errors[1]);
        Assert.Contains("NOSPACE", status.Errors[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hash_changes_with_the_data_and_can_be_asked_for_at_a_revision()
    {
        await _kv.PutAsync(Put("a"));
        var first = await _maintenance.HashKVAsync(new Wire.HashKVRequest());
        var whole = await _maintenance.HashAsync(new Wire.HashRequest());
        Assert.Equal((first.Hash, 2L, -1L, 2L), (whole.Hash, whole.Header.Revision, first.CompactRevision, first.HashRevision));

        await _kv.PutAsync(Put("a", "w"));
        var second = await _maintenance.HashKVAsync(new Wire.HashKVRequest());
        Assert.NotEqual(first.Hash, second.Hash);
        var earlier = await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 2 });
        Assert.Equal((first.Hash, 2L, 3L), (earlier.Hash, earlier.HashRevision, earlier.Header.Revision));

        AssertFailure(
            await FailureOf(async () => await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 4 })),
            StatusCode.OutOfRange,
            "etcdserver: mvcc: required revision is a future revision",
            "no");
        await _kv.CompactAsync(Compact(3));
        AssertFailure(
            await FailureOf(async () => await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 2 })),
            StatusCode.OutOfRange,
            "etcdserver: mvcc: required revision has been compacted",
            "no");
    }

    /// <summary>As etcd does since 3.5, and unlike 3.4: the compacted revision is the oldest that can be read, so it can be hashed.</summary>
    [Fact]
    public async Task The_compacted_revision_is_hashed_alike_before_its_history_is_freed_and_after()
    {
        for (var i = 0; i < 10; i++)
        {
            await _kv.PutAsync(Put($"k{i % 3}", $"{i}"));
        }

        _host.Replica.TrimsAtOnce = false;
        await _kv.CompactAsync(Compact(7));
        var before = await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 7 });
        Assert.Equal((7L, 7L, 11L), (before.HashRevision, before.CompactRevision, before.Header.Revision));
        Assert.True(_host.Replica.State.Keyspace.HasHistoryToTrim);
        while (_host.Replica.State.Keyspace.HasHistoryToTrim)
        {
            _host.Replica.Apply(new TrimHistoryCommand(), null);
        }

        Assert.Equal(before, await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 7 }));
        Assert.NotEqual(before.Hash, (await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 8 })).Hash);
        AssertFailure(
            await FailureOf(async () => await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 6 })),
            StatusCode.OutOfRange,
            "etcdserver: mvcc: required revision has been compacted",
            "no");
        await _kv.CompactAsync(Compact(11));
        var now = await _maintenance.HashKVAsync(new Wire.HashKVRequest { Revision = 11 });
        Assert.Equal(now.Hash, (await _maintenance.HashKVAsync(new Wire.HashKVRequest())).Hash);
    }

    [Fact]
    public async Task A_member_that_is_not_open_hashes_nothing_and_one_that_differs_does()
    {
        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Closed, "starting");
        AssertFailure(
            await FailureOf(async () => await _maintenance.HashKVAsync(new Wire.HashKVRequest())), StatusCode.Unavailable, "stateserver: starting", "no");
        AssertFailure(
            await FailureOf(async () => await _maintenance.HashAsync(new Wire.HashRequest())), StatusCode.Unavailable, "stateserver: starting", "no");

        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Corrupt, "it differs");
        await _maintenance.HashKVAsync(new Wire.HashKVRequest());
    }

    [Fact]
    public async Task Leadership_is_moved_by_the_leader_alone_and_to_a_member_that_can_take_it()
    {
        await MoveAsync(9);
        await MoveAsync(7);
        Assert.Equal([new NodeId(9)], _host.Replica.Transfers);

        AssertFailure(
            await FailureOf(() => MoveAsync(0)), StatusCode.FailedPrecondition, "etcdserver: bad leader transferee", "no");
        _host.Replica.TransferFault = new ProposalRefusedException(ProposalRefusal.BadTransferTarget, "test");
        AssertFailure(
            await FailureOf(() => MoveAsync(10)), StatusCode.FailedPrecondition, "etcdserver: bad leader transferee", "no");

        _host.Replica.Status = _host.Replica.Status with { Leader = new NodeId(9), Role = MemberRole.Follower };
        AssertFailure(await FailureOf(() => MoveAsync(9)), StatusCode.FailedPrecondition, "etcdserver: not leader", "no");

        async Task MoveAsync(ulong target) =>
            await _maintenance.MoveLeaderAsync(new Wire.MoveLeaderRequest { TargetID = target });
    }

    [Fact]
    public async Task Alarms_are_listed_by_kind_and_cleared()
    {
        Raise(new NodeId(8), AlarmKind.NoSpace);
        Raise(new NodeId(9), AlarmKind.Corrupt);

        Assert.Equal(2, (await AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Get)).Alarms.Count);
        var corrupt = await AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Get, Wire.AlarmType.Corrupt);
        Assert.Equal([new Wire.AlarmMember { MemberID = 9, Alarm = Wire.AlarmType.Corrupt }], corrupt.Alarms);

        var cleared = await AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Deactivate, Wire.AlarmType.Nospace, 8);
        Assert.Equal([new Wire.AlarmMember { MemberID = 8, Alarm = Wire.AlarmType.Nospace }], cleared.Alarms);
        Assert.Empty((await AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Deactivate, Wire.AlarmType.Nospace, 8)).Alarms);
        Assert.Single((await AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Get)).Alarms);
    }

    [Fact]
    public async Task Alarms_that_mean_nothing_are_refused()
    {
        var kind = await FailureOf(() => AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Get, (Wire.AlarmType)3));
        Assert.Equal((StatusCode.InvalidArgument, true), (kind.StatusCode, kind.Status.Detail.Contains("alarm 3 is unknown")));
        var action = await FailureOf(() => AlarmAsync((Wire.AlarmRequest.Types.AlarmAction)9));
        Assert.Equal((StatusCode.InvalidArgument, true), (action.StatusCode, action.Status.Detail.Contains("action 9 is unknown")));
    }

    [Fact]
    public async Task Defragment_answers_at_once_and_changes_nothing()
    {
        await _kv.PutAsync(Put("a"));
        ulong before = _host.Replica.State.Digest;
        var answer = await _maintenance.DefragmentAsync(new Wire.DefragmentRequest());
        Assert.Equal((7UL, 2L, before), (answer.Header.MemberId, answer.Header.Revision, _host.Replica.State.Digest));
    }

    [Fact]
    public async Task What_is_not_there_yet_says_so_by_name()
    {
        foreach (var (name, call) in ((string, Func<Task>)[])
            [
                ("Downgrade", async () => await _maintenance.DowngradeAsync(new Wire.DowngradeRequest())),
                ("Alarm", () => AlarmAsync(Wire.AlarmRequest.Types.AlarmAction.Activate)),
                ("AuthEnable", async () => await new Wire.Auth.AuthClient(_host.Channel).AuthEnableAsync(new Wire.AuthEnableRequest())),
            ])
        {
            var failure = await FailureOf(call);
            Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
            Assert.Contains(name, failure.Status.Detail, StringComparison.Ordinal);
            Assert.Contains("not implemented in this version", failure.Status.Detail, StringComparison.Ordinal);
        }
    }

    private async Task<Wire.AlarmResponse> AlarmAsync(
        Wire.AlarmRequest.Types.AlarmAction action, Wire.AlarmType kind = Wire.AlarmType.None, ulong member = 0) =>
        await _maintenance.AlarmAsync(new Wire.AlarmRequest { Action = action, Alarm = kind, MemberID = member });

    private void Raise(NodeId member, AlarmKind kind) => _host.Replica.Apply(new SetAlarmCommand(member, kind, Raised: true), null);
}
