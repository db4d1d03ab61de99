using Google.Protobuf;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Conformance;

/// <summary>Short ways to write etcd's requests.</summary>
internal static class Requests
{
    internal static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    internal static Wire.RangeRequest Range(string key, string end = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(end) };

    internal static Wire.PutRequest Put(string key, string value = "v") => new() { Key = Bytes(key), Value = Bytes(value) };

    internal static Wire.DeleteRangeRequest Delete(string key, string end = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(end) };

    internal static Wire.CompactionRequest Compact(long revision, bool physical = false) =>
        new() { Revision = revision, Physical = physical };

    internal static Wire.RequestOp Op(Wire.RangeRequest range) => new() { RequestRange = range };

    internal static Wire.RequestOp Op(Wire.PutRequest put) => new() { RequestPut = put };

    internal static Wire.RequestOp Op(Wire.DeleteRangeRequest delete) => new() { RequestDeleteRange = delete };

    internal static Wire.RequestOp Op(Wire.TxnRequest transaction) => new() { RequestTxn = transaction };

    internal static Wire.TxnRequest Txn(
        Wire.Compare[]? compares = null, Wire.RequestOp[]? success = null, Wire.RequestOp[]? failure = null)
    {
        var transaction = new Wire.TxnRequest();
        transaction.Compare.AddRange(compares ?? []);
        transaction.Success.AddRange(success ?? []);
        transaction.Failure.AddRange(failure ?? []);
        return transaction;
    }

    internal static Wire.Compare Compare(
        string key, Wire.Compare.Types.CompareTarget target, Wire.Compare.Types.CompareResult result, long number, string end = "")
    {
        var compare = new Wire.Compare { Key = Bytes(key), RangeEnd = Bytes(end), Target = target, Result = result };
        switch (target)
        {
            case Wire.Compare.Types.CompareTarget.Version: compare.Version = number; break;
            case Wire.Compare.Types.CompareTarget.Create: compare.CreateRevision = number; break;
            case Wire.Compare.Types.CompareTarget.Mod: compare.ModRevision = number; break;
            case Wire.Compare.Types.CompareTarget.Lease: compare.Lease = number; break;
            default: compare.Value = Bytes($"v{number}"); break;
        }

        return compare;
    }
}
