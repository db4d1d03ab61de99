using System.Collections.Immutable;
using Google.Protobuf.Collections;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using StateServer.Domain.Outcomes;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// Transactions whose operations are all ranges: read from one immutable state, they need no log entry. As in etcd a nested
/// transaction counts as a write. Thread-safe.
/// </summary>
internal static class ReadOnlyTransaction
{
    /// <summary>True where both branches hold nothing but ranges.</summary>
    internal static bool Is(Wire.TxnRequest request) => AllRanges(request.Success) && AllRanges(request.Failure);

    /// <summary>True where each range, of both branches, may be read from the asked member's own state.</summary>
    internal static bool IsSerializable(Wire.TxnRequest request) =>
        AllSerializable(request.Success) && AllSerializable(request.Failure);

    /// <summary>Evaluates the transaction. A range that is refused refuses the whole.</summary>
    internal static Outcome Evaluate(KeyspaceState keyspace, TransactionOperation transaction)
    {
        var succeeded = transaction.Compares.All(compare => Holds(keyspace, compare));
        var branch = succeeded ? transaction.Success : transaction.Failure;
        var outcomes = ImmutableArray.CreateBuilder<Outcome>(branch.Length);
        foreach (var operation in branch)
        {
            var query = ((RangeOperation)operation).Query;
            if (query.AtRevision.Value < 0 && query.AtRevision.Value < keyspace.CompactedRevision.Value)
            {
                // The newest in a read by itself, but not in a transaction, as in etcd (where −1 is compacted only after the first
                // compaction).
                return new Rejection(RejectionReason.Compacted, $"there is no revision {query.AtRevision}: use 0 for the newest");
            }

            if (keyspace.TryRange(query, out var result) is { } rejection)
            {
                return rejection;
            }

            outcomes.Add(new RangeOutcome(keyspace.Revision, result!));
        }

        return new TransactionOutcome(keyspace.Revision, succeeded, outcomes.MoveToImmutable());
    }

    private static bool Holds(KeyspaceState keyspace, Compare compare)
    {
        var query = new RangeQuery { Range = compare.Range, KeysOnly = compare.Target != CompareTarget.Value };
        if (keyspace.TryRange(query, out var found) is not null)
        {
            return false;
        }

        // A value comparison fails where there is no key: an absent value can't be told from an empty one.
        return found!.KeyValues.IsEmpty
            ? compare.Target != CompareTarget.Value && Holds(compare, 0L.CompareTo(compare.Number))
            : found.KeyValues.All(keyValue => Holds(compare, Order(keyValue, compare)));
    }

    private static int Order(KeyValue keyValue, Compare compare) => compare.Target switch
    {
        CompareTarget.Version => keyValue.Version.CompareTo(compare.Number),
        CompareTarget.Create => keyValue.CreateRevision.Value.CompareTo(compare.Number),
        CompareTarget.Mod => keyValue.ModRevision.Value.CompareTo(compare.Number),
        CompareTarget.Lease => keyValue.Lease.Value.CompareTo(compare.Number),
        _ => keyValue.Value.Span.SequenceCompareTo(compare.Value.Span),
    };

    private static bool Holds(Compare compare, int order) => compare.Result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => order != 0,
    };

    private static bool AllRanges(RepeatedField<Wire.RequestOp> operations) =>
        operations.All(static operation => operation.RequestCase == Wire.RequestOp.RequestOneofCase.RequestRange);

    private static bool AllSerializable(RepeatedField<Wire.RequestOp> operations) =>
        operations.All(static operation => operation.RequestRange.Serializable);
}
