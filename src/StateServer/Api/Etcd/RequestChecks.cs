using Google.Protobuf.Collections;
using Grpc.Core;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// What is wrong with a request whatever the state is, found in etcd's order so that a request with several faults gets the
/// same answer (etcd v3, server/etcdserver/api/v3rpc/key.go). Each returns null where nothing is. Thread-safe.
/// </summary>
internal static class RequestChecks
{
    /// <summary>The most compares, and the most operations of one branch, of a transaction and what is nested in it: etcd's default.</summary>
    internal const int MaxTransactionOperations = 128;

    internal static Status? Fault(Wire.RangeRequest request)
    {
        if (request.Key.IsEmpty)
        {
            return EtcdStatus.KeyNotProvided;
        }

        return (uint)request.SortOrder > (uint)Wire.RangeRequest.Types.SortOrder.Descend
            || (uint)request.SortTarget > (uint)Wire.RangeRequest.Types.SortTarget.Value
            ? EtcdStatus.InvalidSortOption
            : null;
    }

    internal static Status? Fault(Wire.PutRequest request)
    {
        if (request.Key.IsEmpty)
        {
            return EtcdStatus.KeyNotProvided;
        }

        if (request.IgnoreValue && !request.Value.IsEmpty)
        {
            return EtcdStatus.ValueProvided;
        }

        return request.IgnoreLease && request.Lease != 0 ? EtcdStatus.LeaseProvided : null;
    }

    internal static Status? Fault(Wire.DeleteRangeRequest request) =>
        request.Key.IsEmpty ? EtcdStatus.KeyNotProvided : null;

    /// <summary>Also finds keys that one transaction would write twice.</summary>
    internal static Status? Fault(Wire.TxnRequest request) =>
        Fault(request, MaxTransactionOperations)
        ?? (TransactionWrites.HasDuplicate(request.Success) || TransactionWrites.HasDuplicate(request.Failure)
            ? EtcdStatus.DuplicateKey
            : null);

    private static Status? Fault(Wire.TxnRequest request, int maxOperations)
    {
        var operations = Math.Max(request.Compare.Count, Math.Max(request.Success.Count, request.Failure.Count));
        if (operations > maxOperations)
        {
            return EtcdStatus.TooManyOperations;
        }

        foreach (var compare in request.Compare)
        {
            if (Fault(compare) is { } fault)
            {
                return fault;
            }
        }

        return Fault(request.Success, maxOperations - operations) ?? Fault(request.Failure, maxOperations - operations);
    }

    private static Status? Fault(RepeatedField<Wire.RequestOp> operations, int maxNestedOperations)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            if (Fault(operations[i], maxNestedOperations) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static Status? Fault(Wire.RequestOp operation, int maxNestedOperations) => operation.RequestCase switch
    {
        Wire.RequestOp.RequestOneofCase.RequestRange => Fault(operation.RequestRange),
        Wire.RequestOp.RequestOneofCase.RequestPut => Fault(operation.RequestPut),
        Wire.RequestOp.RequestOneofCase.RequestDeleteRange => Fault(operation.RequestDeleteRange),
        Wire.RequestOp.RequestOneofCase.RequestTxn => Fault(operation.RequestTxn, maxNestedOperations),

        // etcd's answer to an operation without content.
        _ => EtcdStatus.KeyNotFound,
    };

    /// <summary>etcd takes an unknown result as "holds" and an unknown target as "equal"; we refuse both rather than guess.</summary>
    private static Status? Fault(Wire.Compare compare)
    {
        if (compare.Key.IsEmpty)
        {
            return EtcdStatus.KeyNotProvided;
        }

        if ((uint)compare.Result > (uint)Wire.Compare.Types.CompareResult.NotEqual)
        {
            return new Status(StatusCode.InvalidArgument,
                $"stateserver: compare result {(int)compare.Result} is unknown: use 0 (equal), 1 (greater), 2 (less) or 3 (not equal)");
        }

        return (uint)compare.Target > (uint)Wire.Compare.Types.CompareTarget.Lease
            ? new Status(StatusCode.InvalidArgument,
                $"stateserver: compare target {(int)compare.Target} is unknown: use 0 (version), 1 (create), 2 (mod), 3 (value) or 4 (lease)")
            : null;
    }
}
