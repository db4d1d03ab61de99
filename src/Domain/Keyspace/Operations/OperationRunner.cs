using System.Collections.Immutable;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Keyspace.Operations;

/// <summary>
/// Executes one client's operation as etcd does: all conditions, those of nested transactions too, are decided on the state
/// before it; then everything that could refuse it is checked along the branches to be taken; only then anything is written.
/// Reads inside see the writes before them.
/// </summary>
internal static class OperationRunner
{
    /// <summary>Executes an operation, which ends the revision if it wrote.</summary>
    public static Outcome Run(KeyspaceBuilder keyspace, Operation operation)
    {
        if (OperationCheck.Check(operation) is { } malformed)
        {
            return malformed;
        }

        List<bool>? path = null;
        if (operation is TransactionOperation transaction)
        {
            path = [];
            DecidePath(keyspace.View, transaction, path);
        }

        var place = 0;
        if (CheckAgainst(keyspace, operation, path, ref place) is { } refused)
        {
            return refused;
        }

        place = 0;
        var outcome = Execute(keyspace, operation, path, ref place);
        keyspace.EndTransaction();
        return outcome;
    }

    private static void DecidePath(in KeyspaceView view, TransactionOperation transaction, List<bool> path)
    {
        var holds = true;
        foreach (var compare in transaction.Compares)
        {
            if (!Holds(view, compare))
            {
                holds = false;
                break;
            }
        }

        path.Add(holds);
        foreach (var operation in holds ? transaction.Success : transaction.Failure)
        {
            if (operation is TransactionOperation nested)
            {
                DecidePath(view, nested, path);
            }
        }
    }

    private static bool Holds(in KeyspaceView view, Compare compare)
    {
        if (compare.Range.IsSingle)
        {
            return view.Get(compare.Range.Start) is { } version ? HoldsFor(compare, version) : HoldsForNothing(compare);
        }

        var versions = new VisibleVersions(view, compare.Range, view.Revision);
        if (versions.Next() is not { } first)
        {
            return HoldsForNothing(compare);
        }

        for (var version = first; version is not null; version = versions.Next())
        {
            if (!HoldsFor(compare, version))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What does not exist has zero for every number, and no value that could be compared.</summary>
    private static bool HoldsForNothing(Compare compare) =>
        compare.Target != CompareTarget.Value && HoldsFor(compare, 0L.CompareTo(compare.Number));

    private static bool HoldsFor(Compare compare, KeyValue version) =>
        HoldsFor(compare, compare.Target switch
        {
            CompareTarget.Version => version.Version.CompareTo(compare.Number),
            CompareTarget.Create => version.CreateRevision.Value.CompareTo(compare.Number),
            CompareTarget.Mod => version.ModRevision.Value.CompareTo(compare.Number),
            CompareTarget.Lease => version.Lease.Value.CompareTo(compare.Number),
            CompareTarget.Value => version.Value.Span.SequenceCompareTo(compare.Value.Span),
            _ => throw new InvalidOperationException($"an unchecked compare target {compare.Target}"),
        });

    private static bool HoldsFor(Compare compare, int order) => compare.Result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.NotEqual => order != 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => throw new InvalidOperationException($"an unchecked compare result {compare.Result}"),
    };

    private static Rejection? CheckAgainst(KeyspaceBuilder keyspace, Operation operation, List<bool>? path, ref int place)
    {
        switch (operation)
        {
            case PutOperation put:
                return CheckPut(keyspace, put);
            case RangeOperation range:
                return CheckRevision(keyspace, range.Query.AtRevision.Value);
            case TransactionOperation transaction:
                foreach (var inner in path![place++] ? transaction.Success : transaction.Failure)
                {
                    if (CheckAgainst(keyspace, inner, path, ref place) is { } refused)
                    {
                        return refused;
                    }
                }

                return null;
            default:
                return null;
        }
    }

    /// <summary>
    /// A negative revision, which is the newest in a read by itself, is a compacted one in a transaction where it lies before
    /// the compacted revision (−1 at first), as in etcd.
    /// </summary>
    private static Rejection? CheckRevision(KeyspaceBuilder keyspace, long revision) =>
        revision < 0 && revision < keyspace.CompactedRevision.Value
            ? new Rejection(RejectionReason.Compacted, $"there is no revision {revision}: use 0 for the newest")
            : keyspace.View.CheckRevision(revision);

    /// <summary>In etcd's order: a put with both faults is answered with the lease's.</summary>
    private static Rejection? CheckPut(KeyspaceBuilder keyspace, PutOperation put)
    {
        if (!put.Lease.IsNone && keyspace.GetLease(put.Lease) is null)
        {
            return new Rejection(RejectionReason.LeaseNotFound, $"there is no lease {put.Lease}; grant it first");
        }

        return (put.IgnoreValue || put.IgnoreLease) && keyspace.View.Get(put.Key) is null
            ? new Rejection(
                RejectionReason.KeyNotFound,
                "the key does not exist, so there is no value or lease to keep; put it with one first")
            : null;
    }

    private static Outcome Execute(KeyspaceBuilder keyspace, Operation operation, List<bool>? path, ref int place)
    {
        switch (operation)
        {
            case PutOperation put:
                return Put(keyspace, put);
            case DeleteRangeOperation delete:
                return Delete(keyspace, delete);
            case RangeOperation range:
                var refused = RangeReader.Read(keyspace.View, range.Query, out var result);
                return refused is null
                    ? new RangeOutcome(keyspace.Revision, result!)
                    : throw new InvalidOperationException($"a checked read was refused: {refused.Detail}");
            case TransactionOperation transaction:
                return ExecuteTransaction(keyspace, transaction, path!, ref place);
            default:
                throw new InvalidOperationException($"an unknown operation {operation.GetType().Name}");
        }
    }

    private static TransactionOutcome ExecuteTransaction(
        KeyspaceBuilder keyspace,
        TransactionOperation transaction,
        List<bool> path,
        ref int place)
    {
        var holds = path[place++];
        var operations = holds ? transaction.Success : transaction.Failure;
        var outcomes = ImmutableArray.CreateBuilder<Outcome>(operations.Length);
        foreach (var operation in operations)
        {
            outcomes.Add(Execute(keyspace, operation, path, ref place));
        }

        return new TransactionOutcome(keyspace.Revision, holds, outcomes.MoveToImmutable());
    }

    private static PutOutcome Put(KeyspaceBuilder keyspace, PutOperation put)
    {
        var value = put.Value;
        var lease = put.Lease;
        if (put.IgnoreValue || put.IgnoreLease)
        {
            var existing = keyspace.View.Get(put.Key) ??
                           throw new InvalidOperationException($"the key {put.Key} vanished inside a transaction");
            value = put.IgnoreValue ? existing.Value : value;
            lease = put.IgnoreLease ? existing.Lease : lease;
        }

        var previous = keyspace.Put(put.Key, value, lease);
        return new PutOutcome(keyspace.Revision, put.ReturnPrevious ? previous : null);
    }

    private static DeleteRangeOutcome Delete(KeyspaceBuilder keyspace, DeleteRangeOperation delete)
    {
        var doomed = ImmutableArray.CreateBuilder<KeyValue>();
        if (delete.Range.IsSingle)
        {
            if (keyspace.View.Get(delete.Range.Start) is { } only)
            {
                doomed.Add(only);
            }
        }
        else
        {
            var view = keyspace.View;
            var versions = new VisibleVersions(view, delete.Range, view.Revision);
            while (versions.Next() is { } version)
            {
                if (!ReservedKeys.Holds(version.Key))
                {
                    doomed.Add(version);
                }
            }
        }

        foreach (var version in doomed)
        {
            keyspace.Delete(version);
        }

        return new DeleteRangeOutcome(
            keyspace.Revision,
            doomed.Count,
            delete.ReturnPrevious ? doomed.DrainToImmutable() : []);
    }
}
