using StateServer.Consensus.Reads;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Leases;

/// <summary>
/// The time that leases have left, which only the leader knows: another member asks it. Making and ending leases are commands
/// like others. Thread-safe.
/// </summary>
public interface ILeaseTimes
{
    /// <summary>
    /// The shortest time to live that a lease is granted, in seconds: 1.5 election timeouts, rounded up, as in etcd, so that one
    /// lost leader does not cost a lease that is kept alive in time.
    /// </summary>
    long ShortestSeconds { get; }

    /// <summary>
    /// Gives a lease its full time again, counted from now. Decided by a leader that was confirmed by a quorum round begun after
    /// this call (rounds are shared with linearizable reads); nothing is replicated, because the next leader gives every lease
    /// its full time anyway. Asked again until a leader has decided or the request timeout is over.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What it has now; null where there is no such lease, or it ran out and has been ended.</returns>
    /// <exception cref="ReadRefusedException">No leader, no quorum in time, too many wait, or this member must not serve.</exception>
    ValueTask<LeaseTime?> RenewAsync(LeaseId lease, CancellationToken cancellationToken);

    /// <summary>
    /// Tells what a lease has left, by a leader that was confirmed as for <see cref="RenewAsync"/>, once this member has applied
    /// what the leader had then: its state has the lease's keys at least as new.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What it has left; null where there is no such lease.</returns>
    /// <exception cref="ReadRefusedException">As for <see cref="RenewAsync"/>.</exception>
    ValueTask<LeaseTime?> FindAsync(LeaseId lease, CancellationToken cancellationToken);
}
