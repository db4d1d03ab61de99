using Google.Protobuf;
using Grpc.Core;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Operations;

/// <summary>
/// A transaction on the client's own key: put 256 bytes if it was last modified at the revision that this client wrote it at.
/// </summary>
internal sealed class CompareAndPutOperation : IOperation
{
    private readonly KV.KVClient _client;
    private readonly Compare _compare;
    private readonly TxnRequest _request;
    private readonly RangeRequest _look;
    private bool _uncertain;

    public CompareAndPutOperation(ChannelBase channel, string prefix, int client)
    {
        _client = new KV.KVClient(channel);
        ByteString key = Keys.Text($"{prefix}{client:D3}");
        _compare = new Compare
        {
            Key = key,
            Target = Compare.Types.CompareTarget.Mod,
            Result = Compare.Types.CompareResult.Equal,
            ModRevision = 0,
        };
        _look = new RangeRequest { Key = key };
        PutRequest put = new() { Key = key, Value = Keys.RandomValue(new Random(client)) };
        _request = new TxnRequest { Compare = { _compare }, Success = { new RequestOp { RequestPut = put } } };
    }

    public async Task RunAsync()
    {
        if (_uncertain)
        {
            RangeResponse found = await _client.RangeAsync(_look).ResponseAsync.ConfigureAwait(false);
            _compare.ModRevision = found.Kvs.Count == 0 ? 0 : found.Kvs[0].ModRevision;
        }
        _uncertain = true;
        using AsyncUnaryCall<TxnResponse> call = _client.TxnAsync(_request);
        TxnResponse answer = await call.ResponseAsync.ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            throw new TargetFailedException(
                $"{_compare.Key.ToStringUtf8()} isn't at revision {_compare.ModRevision}, which its only writer wrote");
        }
        _compare.ModRevision = answer.Header.Revision;
        _uncertain = false;
    }
}
