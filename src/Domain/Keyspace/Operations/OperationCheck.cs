using System.Collections.Immutable;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Keyspace.Operations;

/// <summary>
/// What can be said against an operation without looking at any state: Apply refuses it, and a server may do so before it
/// proposes it. The rules are those of etcd's request checks.
/// </summary>
public static class OperationCheck
{
    /// <summary>Most compares, and most operations of either branch, in a transaction; a nested one gets what its parents left. etcd's default.</summary>
    public const int MostOperations = 128;

    /// <summary>
    /// Most operations in a transaction and all those nested in it, over all branches. etcd has no such bound; it keeps the
    /// check for double writes, which compares operations with each other, far below a millisecond's stall of Apply.
    /// </summary>
    public const int MostOperationsNested = 1024;

    /// <summary>Null, or why a client may not do this: empty key, contradictory options, reserved key, too many operations, a key written twice.</summary>
    public static Rejection? Check(Operation operation) => operation switch
    {
        PutOperation put => CheckPut(put),
        DeleteRangeOperation delete => CheckDelete(delete),
        RangeOperation range => RangeReader.Check(range.Query),
        TransactionOperation transaction => CheckTransaction(transaction),
        _ => throw new InvalidOperationException($"an unknown operation {operation.GetType().Name}"),
    };

    private static Rejection? CheckPut(PutOperation put)
    {
        if (put.Key.IsEmpty)
        {
            return new Rejection(RejectionReason.KeyNotProvided, "a put without a key");
        }

        if (put.IgnoreValue && !put.Value.IsEmpty)
        {
            return new Rejection(RejectionReason.ValueProvided, "a put that keeps the value has one of its own; leave one out");
        }

        if (put.IgnoreLease && !put.Lease.IsNone)
        {
            return new Rejection(RejectionReason.LeaseProvided, "a put that keeps the lease has one of its own; leave one out");
        }

        return ReservedKeys.Holds(put.Key)
            ? new Rejection(RejectionReason.ReservedPrefix, $"keys under {KeyspaceState.ReservedPrefix} can only be read")
            : null;
    }

    private static Rejection? CheckDelete(DeleteRangeOperation delete)
    {
        if (delete.Range.Start.IsEmpty)
        {
            return new Rejection(RejectionReason.KeyNotProvided, "a delete without a key");
        }

        return ReservedKeys.HoldsAll(delete.Range)
            ? new Rejection(RejectionReason.ReservedPrefix, $"keys under {KeyspaceState.ReservedPrefix} can only be read")
            : null;
    }

    private static Rejection? CheckTransaction(TransactionOperation transaction)
    {
        var all = 0;
        return CheckNested(transaction, MostOperations, ref all) ?? DoubleWrites.Check(transaction);
    }

    private static Rejection? CheckNested(TransactionOperation transaction, int most, ref int all)
    {
        var widest = Math.Max(
            transaction.Compares.Length,
            Math.Max(transaction.Success.Length, transaction.Failure.Length));
        all += transaction.Compares.Length + transaction.Success.Length + transaction.Failure.Length;
        if (widest > most || all > MostOperationsNested)
        {
            return new Rejection(
                RejectionReason.TooManyOperations,
                $"a transaction may have {MostOperations} operations, nested ones what is left of them, " +
                $"and {MostOperationsNested} in all");
        }

        foreach (var compare in transaction.Compares)
        {
            if (CheckCompare(compare) is { } refused)
            {
                return refused;
            }
        }

        return CheckBranch(transaction.Success, most - widest, ref all) ??
               CheckBranch(transaction.Failure, most - widest, ref all);
    }

    private static Rejection? CheckBranch(ImmutableArray<Operation> operations, int most, ref int all)
    {
        foreach (var operation in operations)
        {
            var refused = operation is TransactionOperation nested ? CheckNested(nested, most, ref all) : Check(operation);
            if (refused is not null)
            {
                return refused;
            }
        }

        return null;
    }

    private static Rejection? CheckCompare(Compare compare)
    {
        if (compare.Range.Start.IsEmpty)
        {
            return new Rejection(RejectionReason.KeyNotProvided, "a compare without a key");
        }

        return Enum.IsDefined(compare.Target) && Enum.IsDefined(compare.Result)
            ? null
            : new Rejection(
                RejectionReason.InvalidArgument,
                $"no such compare: target {(int)compare.Target}, result {(int)compare.Result}");
    }
}
