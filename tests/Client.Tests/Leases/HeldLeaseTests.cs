using Grpc.Core;
using StateServer.Client.Failures;
using StateServer.Client.Tests.Hosting;
using StateServer.Clocks;

namespace StateServer.Client.Tests.Leases;

public sealed class HeldLeaseTests : IAsyncLifetime
{
    /// <summary>From one renewal to the next: a third of the 60 s that leases are held for here.</summary>
    private static readonly TimeSpan Third = TimeSpan.FromSeconds(20);

    private readonly ObservedTime _time = new();
    private FakeMember _one = null!;
    private FakeMember _two = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await FakeMember.StartAsync();
        _two = await FakeMember.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task A_held_lease_is_renewed_each_third_of_its_time_and_revoked_in_the_end()
    {
        await using var client = new StateServerClient(Patient, _time);
        var lease = await client.HoldLeaseAsync(60);
        Assert.Equal(lease.Id, Assert.Single(_one.Grants).Request.ID);
        for (var renewal = 1; renewal <= 10; renewal++)
        {
            await PauseBegunAsync(renewal);
            _time.Advance(Third - TimeSpan.FromTicks(1));
            Assert.Equal(renewal - 1, _one.KeepAlives);
            _time.Advance(TimeSpan.FromTicks(1));
            await Until.TrueAsync(() => _one.KeepAlives == renewal);
        }

        Assert.True(lease.IsHeld);
        Assert.False(lease.Lost.IsCancellationRequested);
        await lease.DisposeAsync();
        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.False(lease.IsHeld);
        Assert.Equal([lease.Id], _one.Revoked);
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_in_time_counts_as_lost_from_when_the_last_renewal_was_asked_for()
    {
        var never = new TaskCompletionSource<long>();
        _one.OnKeepAlive = place => place == 0 ? Task.FromResult(60L) : never.Task;
        await using var client = new StateServerClient(Patient, _time);
        await using var lease = await client.HoldLeaseAsync(60);
        await PauseBegunAsync(1);
        _time.Advance(Third);

        // The renewal asked for after 20 s is answered, the one asked for after 40 s never.
        await PauseBegunAsync(2);
        _time.Advance(Third);
        await Until.TrueAsync(() => _one.KeepAlives == 2);
        _time.Advance(TimeSpan.FromSeconds(39.5));
        Assert.True(lease.IsHeld);
        Assert.False(lease.Lost.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(lease.IsHeld);
        await Until.TrueAsync(() => lease.Lost.IsCancellationRequested);
        never.SetResult(60);
    }

    [Fact]
    public async Task A_lease_that_the_servers_do_not_know_is_lost_at_once()
    {
        _one.OnKeepAlive = static _ => Task.FromResult(0L);
        await using var client = new StateServerClient(Patient, _time);
        await using var lease = await client.HoldLeaseAsync(60);
        await PauseBegunAsync(1);
        _time.Advance(Third);
        await Until.TrueAsync(() => lease.Lost.IsCancellationRequested);
        Assert.False(lease.IsHeld);
        Assert.Equal(0, await client.KeepLeaseAliveAsync(lease.Id));
    }

    [Fact]
    public async Task A_renewal_that_fails_is_tried_again_at_another_member()
    {
        _one.OnKeepAlive = static _ => throw FakeMember.Failure(StatusCode.Unavailable, "no");
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        Assert.Equal(60, await client.KeepLeaseAliveAsync(7));
        Assert.Equal(1, _two.KeepAlives);
    }

    [Fact]
    public async Task A_grant_in_a_session_carries_its_id_and_request_id()
    {
        await using var client = new StateServerClient(Options(_one.Address) with { ExactlyOnceWrites = true });
        var granted = await client.GrantLeaseAsync(30);
        var (request, headers) = Assert.Single(_one.Grants);
        Assert.True(request.ID > 0);
        Assert.Equal((request.ID, 30L), (granted.ID, request.TTL));
        Assert.Equal("101", headers.GetValue(CallMetadata.Session));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.HoldLeaseAsync(0));
    }

    [Fact]
    public async Task A_held_lease_ends_quietly_where_no_server_is_left()
    {
        var client = new StateServerClient(Options(_one.Address) with { MaxAttempts = 2 });
        var lease = await client.HoldLeaseAsync(60);
        await _one.DisposeAsync();
        await Assert.ThrowsAnyAsync<StateServerException>(() => client.GetLeaseAsync(lease.Id));
        await lease.DisposeAsync();
        await client.DisposeAsync();
        await lease.DisposeAsync();
    }

    /// <summary>Calls wait as long as it takes: the test's time passes much faster than theirs.</summary>
    private ClientOptions Patient => Options(_one.Address) with { AttemptTimeout = TimeSpan.FromDays(1), CallTimeout = TimeSpan.FromDays(1) };

    /// <summary>Waits for the pause before a renewal, counted from 1: time that passes earlier doesn't count for it.</summary>
    private Task PauseBegunAsync(int renewal) => Until.TrueAsync(() => _time.Set(Third) == renewal);

    private static ClientOptions Options(params string[] endpoints) => StateServerClientTests.Options(endpoints);
}
