using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Keyspace.Operations;

namespace StateServer.Consensus.Proposals;

/// <summary>Which commands a cluster that is short of disk space still takes: those that free space or keep it going, as etcd does.</summary>
internal static class SpaceRule
{
    /// <summary>A unit's or machine's version of the view with its key, about.</summary>
    private const long ModelRecordBytes = 512 + SpaceQuota.VersionBytes;

    /// <summary>A service counts for so many units, by its command line.</summary>
    private const long ServiceRecords = 4;

    /// <summary>True where the command adds to what must be kept: a put, a transaction that may put, a lease, a unit or machine that an operator adds.</summary>
    public static bool Grows(Command command) => command switch
    {
        KeyspaceCommand keyspace => Grows(keyspace.Operation),
        GrantLeaseCommand or DeployServiceCommand or AddUnitsCommand or AddMachinesCommand => true,
        _ => false,
    };

    /// <summary>What a command may add to the state, by <see cref="SpaceQuota"/>'s measure; of a transaction's branches the dearer one counts.</summary>
    public static long Cost(Command command) => command switch
    {
        KeyspaceCommand keyspace => Cost(keyspace.Operation),
        GrantLeaseCommand => SpaceQuota.LeaseBytes,
        DeployServiceCommand deploy => (deploy.Units + ServiceRecords) * ModelRecordBytes,
        AddUnitsCommand add => add.Count * ModelRecordBytes,
        AddMachinesCommand add => add.Count * ModelRecordBytes,
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
