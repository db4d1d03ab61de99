using Google.Protobuf;
using Grpc.Core;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Protos.Etcd.Elections;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;

namespace StateServer.StateServer.Tests.Api;

public sealed class ElectionServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Election.ElectionClient _election = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _election = new Election.ElectionClient(_host.Channel);
        foreach (var id in (long[])[0xa, 0xb, 0xc])
        {
            _host.Replica.Apply(new GrantLeaseCommand(new LeaseId(id), 60), null);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_leader_is_elected_proclaims_and_resigns_and_the_next_one_is_elected()
    {
        var one = (await CampaignAsync(0xa, "one")).Leader;
        Assert.Equal(("name", "name/a", 2L, 0xaL), (one.Name.ToStringUtf8(), one.Key.ToStringUtf8(), one.Rev, one.Lease));
        var two = CampaignAsync(0xb, "two");
        await EventuallyAsync(() => _host.Replica.State.Keyspace.KeyCount == 2);
        Assert.False(two.IsCompleted);
        Assert.Equal("one", (await LeaderAsync()).Kv.Value.ToStringUtf8());

        await _election.ProclaimAsync(new ProclaimRequest { Leader = one, Value = Utf8("again") });
        Assert.Equal("again", (await LeaderAsync()).Kv.Value.ToStringUtf8());
        await _election.ResignAsync(new ResignRequest { Leader = one });
        Assert.Equal("name/b", (await two).Leader.Key.ToStringUtf8());
        Assert.Equal(3, (await two).Leader.Rev);

        AssertFailure(
            await FailureOf(async () => await _election.ProclaimAsync(new ProclaimRequest { Leader = one, Value = Utf8("never") })),
            StatusCode.Unknown, "election: not leader", "no");
        await _election.ResignAsync(new ResignRequest { Leader = one });
        Assert.Equal("two", (await LeaderAsync()).Kv.Value.ToStringUtf8());
    }

    [Fact]
    public async Task Campaigning_again_with_the_same_lease_proclaims()
    {
        var first = (await CampaignAsync(0xa, "one")).Leader;
        var again = (await CampaignAsync(0xa, "two")).Leader;
        Assert.Equal(first, again);
        Assert.Equal("two", (await LeaderAsync()).Kv.Value.ToStringUtf8());
    }

    [Fact]
    public async Task An_observer_is_told_each_leader_and_what_it_proclaims_in_order()
    {
        using var watch = _election.Observe(new LeaderRequest { Name = Utf8("name") });
        var one = (await CampaignAsync(0xa, "one")).Leader;
        Assert.Equal(("one", 2L), await NextAsync(watch));
        await _election.ProclaimAsync(new ProclaimRequest { Leader = one, Value = Utf8("1") });
        await _election.ProclaimAsync(new ProclaimRequest { Leader = one, Value = Utf8("11") });
        var two = CampaignAsync(0xb, "two");
        await EventuallyAsync(() => _host.Replica.State.Keyspace.KeyCount == 2);
        await _election.ResignAsync(new ResignRequest { Leader = one });
        await two;
        Assert.Equal(("1", 3L), await NextAsync(watch));
        Assert.Equal(("11", 4L), await NextAsync(watch));
        Assert.Equal("two", (await NextAsync(watch)).Value);

        // Nobody leads for a while: the next one is told.
        _host.Replica.Apply(new RevokeLeaseCommand(new LeaseId(0xb)), null);
        await CampaignAsync(0xc, "three");
        Assert.Equal("three", (await NextAsync(watch)).Value);
    }

    [Fact]
    public async Task A_campaign_that_is_given_up_leaves_no_key()
    {
        await CampaignAsync(0xa, "one");
        using var patience = new CancellationTokenSource();
        var two = CampaignAsync(0xb, "two", patience.Token);
        await EventuallyAsync(() => _host.Replica.State.Keyspace.KeyCount == 2);
        await patience.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await FailureOf(() => two)).StatusCode);
        await EventuallyAsync(() => _host.Replica.State.Keyspace.KeyCount == 1);
        Assert.Equal("one", (await LeaderAsync()).Kv.Value.ToStringUtf8());
    }

    [Fact]
    public async Task A_campaign_whose_lease_ends_is_lost_and_never_won()
    {
        await CampaignAsync(0xa, "one");
        var two = CampaignAsync(0xb, "two");
        await EventuallyAsync(() => _host.Replica.State.Keyspace.KeyCount == 2);
        _host.Replica.Apply(new RevokeLeaseCommand(new LeaseId(0xb)), null);
        AssertFailure(await FailureOf(() => two), StatusCode.Unknown, "election: not leader", "no");
    }

    [Fact]
    public async Task Refusals_are_etcds()
    {
        AssertFailure(await FailureOf(LeaderAsync), StatusCode.Unknown, "election: no leader", "no");
        AssertFailure(await FailureOf(() => CampaignAsync(0xdead, "x")), StatusCode.Unknown, "etcdserver: requested lease not found", "no");
        const string Missing = "\"leader\" field must be provided";
        AssertFailure(await FailureOf(async () => await _election.ResignAsync(new ResignRequest())), StatusCode.Unknown, Missing, "no");
        AssertFailure(await FailureOf(async () => await _election.ProclaimAsync(new ProclaimRequest())), StatusCode.Unknown, Missing, "no");
    }

    private static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);

    private static async Task<(string Value, long Revision)> NextAsync(AsyncServerStreamingCall<LeaderResponse> watch)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await watch.ResponseStream.MoveNext(deadline.Token));
        return (watch.ResponseStream.Current.Kv.Value.ToStringUtf8(), watch.ResponseStream.Current.Header.Revision);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private Task<CampaignResponse> CampaignAsync(long lease, string value, CancellationToken cancellationToken = default) =>
        _election.CampaignAsync(
            new CampaignRequest { Name = Utf8("name"), Lease = lease, Value = Utf8(value) }, cancellationToken: cancellationToken).ResponseAsync;

    private Task<LeaderResponse> LeaderAsync() => _election.LeaderAsync(new LeaderRequest { Name = Utf8("name") }).ResponseAsync;
}
