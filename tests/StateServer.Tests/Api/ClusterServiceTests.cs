using Grpc.Core;
using StateServer.Consensus.Reads;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

public sealed class ClusterServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Wire.Cluster.ClusterClient _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _cluster = new Wire.Cluster.ClusterClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Members_are_listed_with_schemes_names_and_who_learns()
    {
        Register(new NodeId(9), "nine");
        _host.Replica.Status = _host.Replica.Status with { Voters = [InMemoryReplica.Self, new NodeId(8)] };
        Register(InMemoryReplica.Self, "seven");

        var response = await _cluster.MemberListAsync(new Wire.MemberListRequest());

        Assert.Equal(
            [
                new Wire.Member { ID = 7, Name = "seven", PeerURLs = { "http://seven:1" }, ClientURLs = { "http://seven:2" } },
                new Wire.Member { ID = 8 },
                new Wire.Member { ID = 9, Name = "nine", PeerURLs = { "http://nine:1" }, ClientURLs = { "http://nine:2" }, IsLearner = true },
            ],
            response.Members);
        Assert.Equal(new Wire.ResponseHeader { ClusterId = 77, MemberId = 7, RaftTerm = 3 }, response.Header);
    }

    [Fact]
    public async Task A_linearizable_list_needs_a_quorum_and_another_does_not()
    {
        await _cluster.MemberListAsync(new Wire.MemberListRequest());
        Assert.Equal(0, _host.Replica.LinearizableReads);
        await _cluster.MemberListAsync(new Wire.MemberListRequest { Linearizable = true });
        Assert.Equal(1, _host.Replica.LinearizableReads);

        _host.Replica.ReadFault = new ReadRefusedException(ReadRefusal.NoLeader, "test");
        var failure = await FailureOf(async () =>
            await _cluster.MemberListAsync(new Wire.MemberListRequest { Linearizable = true }));
        AssertFailure(failure, StatusCode.Unavailable, "etcdserver: no leader", "no");
        await _cluster.MemberListAsync(new Wire.MemberListRequest());
    }

    [Fact]
    public async Task A_member_that_is_not_open_lists_nothing()
    {
        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Closed, "the vote file is damaged");
        var failure = await FailureOf(async () => await _cluster.MemberListAsync(new Wire.MemberListRequest()));
        AssertFailure(failure, StatusCode.Unavailable, "stateserver: the vote file is damaged", "no");
    }

    [Fact]
    public async Task Changing_members_is_refused_and_our_command_named()
    {
        foreach (var failure in new[]
        {
            await FailureOf(async () => await _cluster.MemberAddAsync(new Wire.MemberAddRequest())),
            await FailureOf(async () => await _cluster.MemberRemoveAsync(new Wire.MemberRemoveRequest())),
            await FailureOf(async () => await _cluster.MemberUpdateAsync(new Wire.MemberUpdateRequest())),
            await FailureOf(async () => await _cluster.MemberPromoteAsync(new Wire.MemberPromoteRequest())),
        })
        {
            Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
            Assert.Contains("'stateserver member replace MEMBER'", failure.Status.Detail, StringComparison.Ordinal);
        }
    }

    private void Register(NodeId id, string name) => Assert.IsNotType<Domain.Outcomes.Rejection>(_host.Replica.Apply(
        new RegisterMemberCommand(new MemberRecord(
            id, name, new FolderId(id.Value), new Zone("local-a"), $"{name}:1", [$"http://{name}:2"], 1, "0.1.0", DateTimeOffset.UnixEpoch)),
        null));
}
