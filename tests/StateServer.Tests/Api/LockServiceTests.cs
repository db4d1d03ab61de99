using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Proposals;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Ownership;
using StateServer.Protos.Etcd.Locks;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;

namespace StateServer.StateServer.Tests.Api;

public sealed class LockServiceTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private Protos.Etcd.Locks.Lock.LockClient _locks = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _locks = new Protos.Etcd.Locks.Lock.LockClient(_host.Channel);
        foreach (var id in (long[])[0xa, 0xb, 0xc, -5])
        {
            Apply(new GrantLeaseCommand(new LeaseId(id), 60));
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_first_owns_the_lock_by_a_key_of_its_lease_whose_create_revision_is_the_fence()
    {
        var owned = await LockAsync(0xa);
        Assert.Equal("name/a", owned.Key.ToStringUtf8());
        var key = Find("name/a")!;
        Assert.Equal((owned.Header.Revision, 0xaL), (key.CreateRevision.Value, key.Lease.Value));
        Assert.Equal("name/-5", await WaitingKeyAsync(LockAsync(-5), "name/-5"));
        Assert.Equal(3, (await _locks.UnlockAsync(new UnlockRequest { Key = owned.Key })).Header.Revision - key.CreateRevision.Value + 1);
    }

    [Fact]
    public async Task Those_who_wait_own_it_one_after_the_other_in_the_order_they_came()
    {
        var first = await LockAsync(0xa);
        var second = LockAsync(0xb);
        await PlaceTakenAsync("name/b");
        var third = LockAsync(0xc);
        await PlaceTakenAsync("name/c");
        Assert.False(second.IsCompleted || third.IsCompleted);

        await UnlockAsync(first);
        var owned = await second;
        Assert.Equal("name/b", owned.Key.ToStringUtf8());
        Assert.True(owned.Header.Revision > Find("name/b")!.CreateRevision.Value);
        Assert.False(third.IsCompleted);

        Apply(new RevokeLeaseCommand(new LeaseId(0xb)));
        Assert.Equal("name/c", (await third).Key.ToStringUtf8());
    }

    [Fact]
    public async Task Locking_twice_with_one_lease_is_one_lock()
    {
        var first = await LockAsync(0xa);
        Assert.Equal(first.Key, (await LockAsync(0xa)).Key);
        await UnlockAsync(first);
        Assert.Null(Find("name/a"));
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_no_key_and_lets_the_next_one_in()
    {
        var first = await LockAsync(0xa);
        using var patience = new CancellationTokenSource();
        var second = LockAsync(0xb, patience.Token);
        await PlaceTakenAsync("name/b");
        var third = LockAsync(0xc);
        await PlaceTakenAsync("name/c");

        await patience.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await FailureOf(() => second)).StatusCode);
        await EventuallyAsync(() => Find("name/b") is null);
        Assert.False(third.IsCompleted);
        await UnlockAsync(first);
        Assert.Equal("name/c", (await third).Key.ToStringUtf8());
    }

    [Fact]
    public async Task The_place_of_a_client_that_went_away_while_nobody_led_is_given_up_when_there_is_a_leader_again()
    {
        var first = await LockAsync(0xa);
        using var patience = new CancellationTokenSource();
        var second = LockAsync(0xb, patience.Token);
        await PlaceTakenAsync("name/b");
        _host.Replica.ProposalFault = new ProposalRefusedException(ProposalRefusal.NoLeader, "no leader is known");
        await patience.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await FailureOf(() => second)).StatusCode);
        await EventuallyAsync(() => _host.Replica.RefusedProposals > 0);
        Assert.NotNull(Find("name/b"));
        _host.Replica.ProposalFault = null;
        await EventuallyAsync(() => Find("name/b") is null);
        Assert.NotNull(Find(first.Key.ToStringUtf8()));
    }

    [Fact]
    public async Task It_is_not_tried_for_ever_to_give_a_place_up()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var time = new FakeTimeProvider();
        _host.Replica.ProposalFault = new OutcomeUnknownException(UnknownReason.TimedOut, "no answer in time");
        var queue = new ClaimQueue(_host.Replica, null!, time);
        var claim = new Claim(K("name/"), K("name/b"), 2, 2, IsNew: true, IsFirst: false);
        var leaving = queue.TryLeaveAsync(claim, gone.Token).AsTask();
        await EventuallyAsync(() =>
        {
            time.Advance(ClaimQueue.LeavePause);
            return leaving.IsCompleted;
        });
        Assert.Equal(ClaimQueue.LeaveAttempts, _host.Replica.RefusedProposals);

        await queue.TryLeaveAsync(claim, CancellationToken.None); // its client waits for the answer: once
        _host.Replica.ProposalFault = new ProposalRefusedException(ProposalRefusal.Stopping, "this member is stopping");
        await queue.TryLeaveAsync(claim, gone.Token);
        Assert.Equal(ClaimQueue.LeaveAttempts + 2, _host.Replica.RefusedProposals);
    }

    [Fact]
    public async Task A_lease_that_ends_while_its_client_waits_ends_the_wait()
    {
        await LockAsync(0xa);
        var second = LockAsync(0xb);
        await PlaceTakenAsync("name/b");
        Apply(new RevokeLeaseCommand(new LeaseId(0xb)));
        AssertFailure(await FailureOf(() => second), StatusCode.Unknown, "mutex: session is expired", "no");
        Assert.NotNull(Find("name/a"));
    }

    [Fact]
    public async Task What_can_not_be_locked_is_refused_in_etcds_words()
    {
        AssertFailure(await FailureOf(() => LockAsync(0xdead)), StatusCode.Unknown, "etcdserver: requested lease not found", "no");
        AssertFailure(
            await FailureOf(async () => await _locks.UnlockAsync(new UnlockRequest())),
            StatusCode.Unknown, "etcdserver: key is not provided", "no");
        Assert.Equal(0, _host.Replica.State.Keyspace.KeyCount);
    }

    [Fact]
    public async Task Without_a_lease_the_server_grants_one_of_a_minute()
    {
        var owned = await LockAsync(0);
        var lease = Find(owned.Key.ToStringUtf8())!.Lease;
        Assert.Equal(60, _host.Replica.State.Keyspace.GetLease(lease)!.TimeToLiveSeconds);
        Assert.Equal($"name/{lease.Value.ToString("x", CultureInfo.InvariantCulture)}", owned.Key.ToStringUtf8());
    }

    [Fact]
    public async Task A_place_before_this_one_that_is_not_the_owners_is_waited_for_too()
    {
        // The key of another, made by hand after the owner's and before ours; a key behind ours is none of our business.
        await LockAsync(0xa);
        Apply(Put("name/zz"));
        var waiting = LockAsync(0xb);
        await PlaceTakenAsync("name/b");
        Apply(Put("name/after"));
        Apply(Delete("name/a"));
        Apply(Put("name/a"));
        Assert.False(waiting.IsCompleted);
        Apply(Delete("name/zz"));
        Assert.Equal("name/b", (await waiting).Key.ToStringUtf8());
    }

    private Task<LockResponse> LockAsync(long lease, CancellationToken cancellationToken = default) => _locks.LockAsync(
        new LockRequest { Name = ByteString.CopyFromUtf8("name"), Lease = lease }, cancellationToken: cancellationToken).ResponseAsync;

    private async Task UnlockAsync(LockResponse owned) => await _locks.UnlockAsync(new UnlockRequest { Key = owned.Key });

    private async Task<string> WaitingKeyAsync(Task waiting, string key)
    {
        await PlaceTakenAsync(key);
        Assert.False(waiting.IsCompleted);
        return key;
    }

    private Task PlaceTakenAsync(string key) => EventuallyAsync(() => Find(key) is not null);

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private static KeyspaceCommand Put(string key) => new(new Domain.Keyspace.Operations.PutOperation(K(key), default));

    private static KeyspaceCommand Delete(string key) => new(new Domain.Keyspace.Operations.DeleteRangeOperation(new KeyRange(K(key), default)));

    private static Key K(string key) => new(System.Text.Encoding.UTF8.GetBytes(key));

    private void Apply(Command command) => Assert.IsNotType<Domain.Outcomes.Rejection>(_host.Replica.Apply(command, null));

    private KeyValue? Find(string key) => _host.Replica.State.Keyspace.Get(K(key));
}
