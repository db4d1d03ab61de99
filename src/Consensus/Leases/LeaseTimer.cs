using StateServer.Domain.Leases;

namespace StateServer.Consensus.Leases;

/// <summary>One lease's deadline on the leader. Belongs to its <see cref="LeaseTable"/>, under the table's lock.</summary>
/// <param name="lease">The lease.</param>
/// <param name="deadline">When it runs out, by the time provider's timestamps.</param>
internal sealed class LeaseTimer(LeaseRecord lease, long deadline)
{
    /// <summary>The lease.</summary>
    public LeaseRecord Lease { get; } = lease;

    /// <summary>When it runs out, by the time provider's timestamps.</summary>
    public long Deadline { get; set; } = deadline;

    /// <summary>True once its end was proposed in this term: from then on it can't be renewed.</summary>
    public bool IsEnding { get; set; }

    /// <summary>True once the lease is no more; the queue still holds it for a while.</summary>
    public bool IsGone { get; set; }
}
