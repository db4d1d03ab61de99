using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Operations;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// Turns requests into the domain's operations, and refuses what the domain has no words for; the rest is for
/// <see cref="OperationCheck"/>. Keys and values are not copied. Thread-safe.
/// </summary>
internal static class RequestTranslation
{
    /// <summary>The key that <paramref name="bytes"/> holds: the parser's own array where that holds nothing else.</summary>
    internal static Key ToKey(ByteString bytes) =>
        MemoryMarshal.TryGetArray(bytes.Memory, out var segment)
        && segment.Offset == 0 && segment.Array is { } array && array.Length == segment.Count
            ? new Key(array)
            : new Key(bytes.ToByteArray());

    /// <exception cref="RpcException">No such sort option. (A missing key is the fault that comes first, and the domain's to find.)</exception>
    internal static RangeQuery ToQuery(Wire.RangeRequest request)
    {
        if (request.Key.IsEmpty)
        {
            return new RangeQuery { Range = default };
        }

        if ((uint)request.SortOrder > (uint)Wire.RangeRequest.Types.SortOrder.Descend
            || (uint)request.SortTarget > (uint)Wire.RangeRequest.Types.SortTarget.Value)
        {
            throw FailureTranslation.Refused(EtcdStatus.InvalidSortOption);
        }

        return ToCheckedQuery(request);
    }

    internal static PutOperation ToOperation(Wire.PutRequest request) => new(
        ToKey(request.Key),
        request.Value.Memory,
        new LeaseId(request.Lease),
        request.PrevKv,
        request.IgnoreValue,
        request.IgnoreLease);

    internal static DeleteRangeOperation ToOperation(Wire.DeleteRangeRequest request) =>
        new(ToRange(request.Key, request.RangeEnd), request.PrevKv);

    /// <exception cref="RpcException">It holds an operation without content, or a range that means nothing.</exception>
    internal static TransactionOperation ToOperation(Wire.TxnRequest request)
    {
        var compares = ImmutableArray.CreateBuilder<Compare>(request.Compare.Count);
        foreach (var compare in request.Compare)
        {
            compares.Add(ToCompare(compare));
        }

        return new TransactionOperation(compares.MoveToImmutable(), ToOperations(request.Success), ToOperations(request.Failure));
    }

    /// <summary>An operand of another target than the one compared counts as absent, that is zero, as etcd has it.</summary>
    internal static Compare ToCompare(Wire.Compare compare)
    {
        var number = compare.Target switch
        {
            Wire.Compare.Types.CompareTarget.Version => compare.Version,
            Wire.Compare.Types.CompareTarget.Create => compare.CreateRevision,
            Wire.Compare.Types.CompareTarget.Mod => compare.ModRevision,
            Wire.Compare.Types.CompareTarget.Lease => compare.Lease,
            _ => 0,
        };
        return new Compare(
            ToRange(compare.Key, compare.RangeEnd),
            (CompareTarget)compare.Target,
            (CompareResult)compare.Result,
            number,
            compare.Value.Memory);
    }

    private static RangeQuery ToCheckedQuery(Wire.RangeRequest request) => new()
    {
        Range = ToRange(request.Key, request.RangeEnd),
        Limit = request.Limit,
        AtRevision = new Revision(request.Revision),
        SortOrder = (SortOrder)request.SortOrder,
        SortTarget = (SortTarget)request.SortTarget,
        KeysOnly = request.KeysOnly,
        CountOnly = request.CountOnly,
        MinModRevision = new Revision(request.MinModRevision),
        MaxModRevision = new Revision(request.MaxModRevision),
        MinCreateRevision = new Revision(request.MinCreateRevision),
        MaxCreateRevision = new Revision(request.MaxCreateRevision),
    };

    private static KeyRange ToRange(ByteString key, ByteString end) =>
        new(ToKey(key), end.IsEmpty ? default : ToKey(end));

    private static ImmutableArray<Operation> ToOperations(RepeatedField<Wire.RequestOp> requests)
    {
        var operations = ImmutableArray.CreateBuilder<Operation>(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            operations.Add(ToOperation(requests[i]));
        }

        return operations.MoveToImmutable();
    }

    private static Operation ToOperation(Wire.RequestOp request) => request.RequestCase switch
    {
        Wire.RequestOp.RequestOneofCase.RequestRange => new RangeOperation(ToQuery(request.RequestRange)),
        Wire.RequestOp.RequestOneofCase.RequestPut => ToOperation(request.RequestPut),
        Wire.RequestOp.RequestOneofCase.RequestDeleteRange => ToOperation(request.RequestDeleteRange),
        Wire.RequestOp.RequestOneofCase.RequestTxn => ToOperation(request.RequestTxn),

        // etcd's answer to an operation without content.
        _ => throw FailureTranslation.Refused(EtcdStatus.KeyNotFound),
    };
}
