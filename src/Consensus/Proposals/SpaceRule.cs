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
