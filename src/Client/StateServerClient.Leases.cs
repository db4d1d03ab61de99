using StateServer.Client.Leases;
using StateServer.Protos.Etcd;

namespace StateServer.Client;

/// <content>Leases.</content>
public sealed partial class StateServerClient
{
    /// <summary>Makes a lease. The client picks its id where none is given, so that a session can repeat the call.</summary>
    /// <param name="seconds">The time to live, up to 9,000,000,000; the server makes it longer where it is shorter than it can keep.</param>
    /// <param name="lease">The id, or 0 for a random one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<LeaseGrantResponse> GrantLeaseAsync(long seconds, long lease = 0, CancellationToken cancellationToken = default)
    {
        var request = new LeaseGrantRequest { ID = lease != 0 ? lease : Random.Shared.NextInt64(1, long.MaxValue), TTL = seconds };
        return WriteAsync((invoker, call) => new Lease.LeaseClient(invoker).LeaseGrantAsync(request, call), cancellationToken);
    }

    /// <summary>Ends a lease, and with it its keys.</summary>
    public Task<LeaseRevokeResponse> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default) => WriteAsync(
        (invoker, call) => new Lease.LeaseClient(invoker).LeaseRevokeAsync(new LeaseRevokeRequest { ID = lease }, call),
        cancellationToken);

    /// <summary>Asks what a lease has left; the time to live is −1 where there is no such lease.</summary>
    public Task<LeaseTimeToLiveResponse> GetLeaseAsync(long lease, bool keys = false, CancellationToken cancellationToken = default) =>
        ReadAsync(
            (invoker, call) => new Lease.LeaseClient(invoker).LeaseTimeToLiveAsync(
                new LeaseTimeToLiveRequest { ID = lease, Keys = keys }, call),
            cancellationToken);

    /// <summary>Lists all leases.</summary>
    public Task<LeaseLeasesResponse> ListLeasesAsync(CancellationToken cancellationToken = default) => ReadAsync(
        static (invoker, call) => new Lease.LeaseClient(invoker).LeaseLeasesAsync(new LeaseLeasesRequest(), call),
        cancellationToken);

    /// <summary>
    /// Gives a lease its full time again, counted from a moment between the call and its answer. Repeated like a read: doing it
    /// twice does no harm.
    /// </summary>
    /// <returns>The seconds that it has; 0 where there is no such lease.</returns>
    public async Task<long> KeepLeaseAliveAsync(long lease, CancellationToken cancellationToken = default) =>
        (await ReadAsync((invoker, call) => KeepAliveCall.Begin(invoker, lease, call), cancellationToken)).TTL;

    /// <summary>Makes a lease and keeps it alive until what is returned is disposed of.</summary>
    /// <param name="seconds">The time to live, from 1.</param>
    /// <param name="cancellationToken">Ends the wait for the lease.</param>
    public async Task<HeldLease> HoldLeaseAsync(long seconds, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1);
        var asked = _time.GetTimestamp();
        var granted = await GrantLeaseAsync(seconds, 0, cancellationToken);
        return new HeldLease(this, granted.ID, granted.TTL, asked, _time);
    }
}
