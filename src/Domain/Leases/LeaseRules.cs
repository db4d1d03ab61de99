using StateServer.Domain.Commands;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Leases;

/// <summary>What a lease may be, and when it may be ended for its age. Pure functions.</summary>
public static class LeaseRules
{
    /// <summary>The longest time to live of a lease, in seconds, as etcd bounds it: in nanoseconds it still fits 64 bits.</summary>
    public const long LongestTimeToLiveSeconds = 9_000_000_000;

    /// <summary>The feature level from which leases expire.</summary>
    public const int ExpiryFeatureLevel = 2;

    /// <summary>Null, or why the lease can't be made.</summary>
    internal static Rejection? Check(GrantLeaseCommand grant)
    {
        if (grant.Lease.IsNone || grant.TimeToLiveSeconds < 1)
        {
            return new Rejection(
                RejectionReason.InvalidArgument,
                $"a lease needs an id other than 0 and at least 1 s to live, not {grant.Lease} and {grant.TimeToLiveSeconds}");
        }

        return grant.TimeToLiveSeconds > LongestTimeToLiveSeconds
            ? new Rejection(
                RejectionReason.LeaseTimeToLiveTooLarge,
                $"{grant.TimeToLiveSeconds} s to live are more than {LongestTimeToLiveSeconds}")
            : null;
    }

    /// <summary>Null, or why an expiry in an entry of <paramref name="term"/> does not count.</summary>
    internal static Rejection? Check(ExpireLeaseCommand expire, long term, int featureLevel)
    {
        if (featureLevel < ExpiryFeatureLevel)
        {
            return new Rejection(
                RejectionReason.FeatureLevel,
                $"leases expire from feature level {ExpiryFeatureLevel} on; the one in force is {featureLevel}");
        }

#if PLANTED_ExpireInLaterTerm
        return expire.Term > term
#else
        return expire.Term != term
#endif
            ? new Rejection(
                RejectionReason.OutdatedTerm,
                $"the lease {expire.Lease} ran out by the clock of term {expire.Term}; the entry is of term {term}")
            : null;
    }
}
