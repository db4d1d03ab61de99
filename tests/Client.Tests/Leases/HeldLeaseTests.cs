using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using StateServer.Client.Failures;
using StateServer.Client.Tests.Hosting;

namespace StateServer.Client.Tests.Leases;

public sealed class HeldLeaseTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private TimeSpan _passed;
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
        await PassUntilAsync(() => _one.KeepAlives == 10);
        Assert.True(lease.IsHeld);
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.InRange(_passed.TotalSeconds, 200, 300);
        await lease.DisposeAsync();
        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.False(lease.IsHeld);
        Assert.Equal([lease.Id], _one.Revoked);
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_in_time_counts_as_lost_from_when_the_last_renewal_was_asked_for()
    {
        var never = new TaskCompletionSource<long>();
        var firstAt = TimeSpan.Zero;
        _one.OnKeepAlive = place =>
        {
            firstAt = place == 0 ? _passed : firstAt;
            return place == 0 ? Task.FromResult(60L) : never.Task;
        };
        await using var client = new StateServerClient(Patient, _time);
        await using var lease = await client.HoldLeaseAsync(60);
        await PassUntilAsync(() => _one.KeepAlives == 2);
        Assert.InRange(firstAt.TotalSeconds, 20, 30);
        Pass(TimeSpan.FromSeconds(79.5) - _passed);
        Assert.True(lease.IsHeld);
        Assert.False(lease.Lost.IsCancellationRequested);
        Pass(firstAt + TimeSpan.FromSeconds(60) - _passed);
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
        await PassUntilAsync(() => lease.Lost.IsCancellationRequested);
        Assert.InRange(_passed.TotalSeconds, 20, 40);
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
        var client = new StateServerClient(Options(_one.Address) with { CallTimeout = TimeSpan.FromSeconds(1), MaxAttempts = 2 });
        var lease = await client.HoldLeaseAsync(60);
        await _one.DisposeAsync();
        await Assert.ThrowsAnyAsync<StateServerException>(() => client.GetLeaseAsync(lease.Id));
        await lease.DisposeAsync();
        await client.DisposeAsync();
        await lease.DisposeAsync();
    }

    /// <summary>Calls wait as long as it takes: the test's time passes much faster than theirs.</summary>
    private ClientOptions Patient => Options(_one.Address) with { AttemptTimeout = TimeSpan.FromDays(1), CallTimeout = TimeSpan.FromDays(1) };

    private void Pass(TimeSpan time)
    {
        _passed += time;
        _time.Advance(time);
    }

    private Task PassUntilAsync(Func<bool> condition) => Until.TrueAsync(() =>
    {
        var isTrue = condition();
        if (!isTrue)
        {
            Pass(TimeSpan.FromSeconds(0.1));
        }

        return isTrue;
    });

    private static ClientOptions Options(params string[] endpoints) => new()
    {
        Endpoints = endpoints,
        BackoffLow = TimeSpan.FromMilliseconds(5),
        BackoffHigh = TimeSpan.FromMilliseconds(20),
    };
}
