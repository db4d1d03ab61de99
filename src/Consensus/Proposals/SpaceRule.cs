using StateServer.Domain.Commands;
using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Consensus.Proposals;

/// <summary>Which commands a cluster that is short of disk space still takes: those that free space or keep it going, as etcd does.</summary>
internal static class SpaceRule
{
    /// <summary>True where the command adds to what must be kept: a put, a transaction that may put, a lease.</summary>
    public static bool Grows(Command command) => command switch
    {
        KeyspaceCommand keyspace => Grows(keyspace.Operation),
        GrantLeaseCommand => true,
        _ => false,
    };

    /// <summary>What a command may add to the state, by <see cref="SpaceQuota"/>'s measure; of a transaction's branches the dearer one counts.</summary>
    public static long Cost(Command command) => command switch
    {
        KeyspaceCommand keyspace => Cost(keyspace.Operation),
        GrantLeaseCommand => SpaceQuota.LeaseBytes,
        _ => 0,
    };

    private static long Cost(Operation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                return SpaceQuota.VersionBytes + put.Key.Length + put.Value.Length;
            case TransactionOperation transaction:
                long success = 0;
                long failure = 0;
                foreach (var inner in transaction.Success)
                {
                    success += Cost(inner);
                }

                foreach (var inner in transaction.Failure)
                {
                    failure += Cost(inner);
                }

                return Math.Max(success, failure);
            default:
                return 0;
        }
    }

    private static bool Grows(Operation operation)
    {
        switch (operation)
        {
            case PutOperation:
                return true;
            case TransactionOperation transaction:
                foreach (var inner in transaction.Success)
                {
                    if (Grows(inner))
                    {
                        return true;
                    }
                }

                foreach (var inner in transaction.Failure)
                {
                    if (Grows(inner))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return false;
        }
    }
}
