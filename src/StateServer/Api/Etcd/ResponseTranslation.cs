using System.Collections.Immutable;
using Google.Protobuf;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Outcomes;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// Turns outcomes into responses, without copying keys and values: the state never changes them. Headers carry the
/// revision only; <see cref="ResponseHeaders"/> fills in the rest of the outermost. Thread-safe.
/// </summary>
internal static class ResponseTranslation
{
    internal static Wire.RangeResponse ToResponse(Revision revision, RangeResult result)
    {
        var response = new Wire.RangeResponse
        {
            Header = HeaderAt(revision),
            More = result.More,
            Count = result.Count,
        };
        AddAll(response.Kvs, result.KeyValues);
        return response;
    }

    internal static Wire.PutResponse ToResponse(PutOutcome outcome) => new()
    {
        Header = HeaderAt(outcome.Revision),
        PrevKv = outcome.Previous is { } previous ? ToKeyValue(previous) : null,
    };

    internal static Wire.DeleteRangeResponse ToResponse(DeleteRangeOutcome outcome)
    {
        var response = new Wire.DeleteRangeResponse { Header = HeaderAt(outcome.Revision), Deleted = outcome.Deleted };
        if (!outcome.Previous.IsDefaultOrEmpty)
        {
            AddAll(response.PrevKvs, outcome.Previous);
        }

        return response;
    }

    internal static Wire.TxnResponse ToResponse(TransactionOutcome outcome)
    {
        var response = new Wire.TxnResponse { Header = HeaderAt(outcome.Revision), Succeeded = outcome.Succeeded };
        response.Responses.Capacity = outcome.Outcomes.Length;
        foreach (var part in outcome.Outcomes)
        {
            response.Responses.Add(ToOperationResponse(part));
        }

        return response;
    }

    private static Wire.ResponseOp ToOperationResponse(Outcome outcome) => outcome switch
    {
        RangeOutcome range => new Wire.ResponseOp { ResponseRange = ToResponse(range.Revision, range.Result) },
        PutOutcome put => new Wire.ResponseOp { ResponsePut = ToResponse(put) },
        DeleteRangeOutcome delete => new Wire.ResponseOp { ResponseDeleteRange = ToResponse(delete) },
        TransactionOutcome nested => new Wire.ResponseOp { ResponseTxn = ToNestedResponse(nested) },
        _ => throw new InvalidOperationException($"A transaction can't hold a {outcome.GetType().Name}."),
    };

    /// <summary>Of a nested transaction etcd fills no revision into the header.</summary>
    private static Wire.TxnResponse ToNestedResponse(TransactionOutcome outcome)
    {
        var response = ToResponse(outcome);
        response.Header.Revision = 0;
        return response;
    }

    private static Wire.ResponseHeader HeaderAt(Revision revision) => new() { Revision = revision.Value };

    private static void AddAll(Google.Protobuf.Collections.RepeatedField<Wire.KeyValue> target, ImmutableArray<KeyValue> source)
    {
        target.Capacity = source.Length;
        foreach (var keyValue in source)
        {
            target.Add(ToKeyValue(keyValue));
        }
    }

    internal static Wire.KeyValue ToKeyValue(KeyValue keyValue) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(keyValue.Key.Memory),
        Value = keyValue.Value.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(keyValue.Value),
        CreateRevision = keyValue.CreateRevision.Value,
        ModRevision = keyValue.ModRevision.Value,
        Version = keyValue.Version,
        Lease = keyValue.Lease.Value,
    };
}
