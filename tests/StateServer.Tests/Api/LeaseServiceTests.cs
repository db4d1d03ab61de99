using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Consensus.Reads;
using StateServer.Domain.Identity;
using StateServer.Domain.Leases;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

public sealed class LeaseServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Wire.Lease.LeaseClient _leases = null!;
    private Wire.KV.KVClient _kv = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _leases = new Wire.Lease.LeaseClient(_host.Channel);
        _kv = new Wire.KV.KVClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_lease_lives_from_grant_to_revoke()
    {
        var granted = await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 7, TTL = 60 });
        Assert.Equal((7L, 60L, ""), (granted.ID, granted.TTL, granted.Error));
        await _kv.PutAsync(new Wire.PutRequest { Key = Utf8("b"), Lease = 7 });
        await _kv.PutAsync(new Wire.PutRequest { Key = Utf8("a"), Lease = 7 });
        var left = await _leases.LeaseTimeToLiveAsync(new Wire.LeaseTimeToLiveRequest { ID = 7, Keys = true });
        Assert.Equal((7L, 59L, 60L), (left.ID, left.TTL, left.GrantedTTL));
        Assert.Equal(["a", "b"], left.Keys.Select(key => key.ToStringUtf8()));
        Assert.Empty((await _leases.LeaseTimeToLiveAsync(new Wire.LeaseTimeToLiveRequest { ID = 7 })).Keys);
        Assert.Equal([7L], (await _leases.LeaseLeasesAsync(new Wire.LeaseLeasesRequest())).Leases.Select(lease => lease.ID));
        Assert.Equal(4, (await _leases.LeaseRevokeAsync(new Wire.LeaseRevokeRequest { ID = 7 })).Header.Revision);
        Assert.Empty((await _leases.LeaseLeasesAsync(new Wire.LeaseLeasesRequest())).Leases);
        Assert.Equal(0, (await _kv.RangeAsync(new Wire.RangeRequest { Key = Utf8("a"), RangeEnd = Utf8("z") })).Count);
        left = await _leases.LeaseTimeToLiveAsync(new Wire.LeaseTimeToLiveRequest { ID = 7, Keys = true });
        Assert.Equal((-1L, 0L), (left.TTL, left.GrantedTTL));
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(3, 3)]
    [InlineData(LeaseRules.LongestTimeToLiveSeconds, LeaseRules.LongestTimeToLiveSeconds)]
    public async Task A_lease_gets_an_id_and_no_less_than_the_shortest_time(long asked, long granted)
    {
        var one = await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { TTL = asked });
        var other = await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { TTL = asked });
        Assert.Equal((granted, granted), (one.TTL, other.TTL));
        Assert.True(one.ID > 0 && other.ID > 0 && one.ID != other.ID);
        Assert.Equal(granted, _host.Replica.State.Keyspace.GetLease(new LeaseId(one.ID))!.TimeToLiveSeconds);
    }

    [Fact]
    public async Task Refusals_are_etcds()
    {
        await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 7, TTL = 60 });
        AssertFailure(
            await FailureOf(async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 7, TTL = 60 })),
            StatusCode.FailedPrecondition, "etcdserver: lease already exists", "no");
        AssertFailure(
            await FailureOf(async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { TTL = LeaseRules.LongestTimeToLiveSeconds + 1 })),
            StatusCode.OutOfRange, "etcdserver: too large lease TTL", "no");
        AssertFailure(
            await FailureOf(async () => await _leases.LeaseRevokeAsync(new Wire.LeaseRevokeRequest { ID = 8 })),
            StatusCode.NotFound, "etcdserver: requested lease not found", "no");
        AssertFailure(
            await FailureOf(async () => await _kv.PutAsync(new Wire.PutRequest { Key = Utf8("a"), Lease = 8 })),
            StatusCode.NotFound, "etcdserver: requested lease not found", "no");
    }

    [Fact]
    public async Task A_keep_alive_tells_the_granted_time_and_zero_for_an_unknown_lease()
    {
        await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 7, TTL = 60 });
        using var stream = _leases.LeaseKeepAlive();
        foreach (var (id, ttl) in ((long, long)[])[(7, 60), (8, 0), (7, 60), (0, 0)])
        {
            await stream.RequestStream.WriteAsync(new Wire.LeaseKeepAliveRequest { ID = id });
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal((id, ttl), (stream.ResponseStream.Current.ID, stream.ResponseStream.Current.TTL));
        }

        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, stream.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Keep_alives_of_one_stream_are_under_way_together_but_no_more_than_allowed()
    {
        const int Sent = KeepAliveExchange.MostUnderWay + 200;
        await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 7, TTL = 60 });
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Replica.RenewalGate = gate;
        using var stream = _leases.LeaseKeepAlive();
        for (var i = 0; i < Sent; i++)
        {
            await stream.RequestStream.WriteAsync(new Wire.LeaseKeepAliveRequest { ID = i % 2 == 0 ? 7 : 8 });
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_host.Replica.Renewals.Count < KeepAliveExchange.MostUnderWay)
        {
            await Task.Delay(5, deadline.Token);
        }

        Assert.InRange(_host.Replica.Renewals.Count, KeepAliveExchange.MostUnderWay, KeepAliveExchange.MostUnderWay + 2);
        _host.Replica.RenewalGate = null;
        gate.SetResult();
        for (var i = 0; i < Sent; i++)
        {
            Assert.True(await stream.ResponseStream.MoveNext(deadline.Token));
            Assert.Equal(i % 2 == 0 ? (7L, 60L) : (8L, 0L), (stream.ResponseStream.Current.ID, stream.ResponseStream.Current.TTL));
        }
    }

    [Fact]
    public async Task What_the_leader_could_not_decide_is_told_in_etcds_words()
    {
        _host.Replica.LeaseFault = new ReadRefusedException(ReadRefusal.NoLeader, "no leader is known");
        AssertFailure(
            await FailureOf(async () => await _leases.LeaseTimeToLiveAsync(new Wire.LeaseTimeToLiveRequest { ID = 7 })),
            StatusCode.Unavailable, "etcdserver: no leader", "no");
        using var stream = _leases.LeaseKeepAlive();
        await stream.RequestStream.WriteAsync(new Wire.LeaseKeepAliveRequest { ID = 7 });
        AssertFailure(
            await FailureOf(async () => await stream.ResponseStream.MoveNext(CancellationToken.None)),
            StatusCode.Unavailable, "etcdserver: no leader", "no");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_renewals()
    {
        _host.Replica.RenewalGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var stream = _leases.LeaseKeepAlive())
        {
            await stream.RequestStream.WriteAsync(new Wire.LeaseKeepAliveRequest { ID = 7 });
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (_host.Replica.Renewals.IsEmpty)
            {
                await Task.Delay(5, deadline.Token);
            }
        }

        _host.Replica.RenewalGate = null;
        using var next = _leases.LeaseKeepAlive();
        await next.RequestStream.WriteAsync(new Wire.LeaseKeepAliveRequest { ID = 9 });
        Assert.True(await next.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task A_grant_in_a_session_needs_an_id_and_is_executed_once()
    {
        var sessions = new Protos.Client.Sessions.SessionsClient(_host.Channel);
        var session = (await sessions.OpenAsync(new Protos.Client.OpenSessionRequest())).Session;
        var metadata = new Metadata
        {
            { Client.CallMetadata.Session, $"{session}" },
            { Client.CallMetadata.Sequence, "1" },
            { Client.CallMetadata.LowestUnanswered, "1" },
        };
        var failure = await FailureOf(async () => await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { TTL = 60 }, metadata));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Contains("needs an ID", failure.Status.Detail, StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(7, (await _leases.LeaseGrantAsync(new Wire.LeaseGrantRequest { ID = 7, TTL = 60 }, metadata)).ID);
        }
    }

    private static Google.Protobuf.ByteString Utf8(string text) => Google.Protobuf.ByteString.CopyFromUtf8(text);
}
