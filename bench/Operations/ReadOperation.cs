using Google.Protobuf;
using Grpc.Core;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Operations;

/// <summary>Reads one of the keys that were written before, chosen at random.</summary>
internal sealed class ReadOperation : IOperation
{
    private readonly KV.KVClient _client;
    private readonly byte[] _key;
    private readonly RangeRequest _request;
    private readonly Random _random;
    private readonly int _keyCount;

    public ReadOperation(ChannelBase channel, string prefix, int keyCount, int client, bool serializable)
    {
        _client = new KV.KVClient(channel);
        _random = new Random(client);
        _keyCount = keyCount;
        _key = Keys.Numbered(prefix);
        _request = new RangeRequest { Key = UnsafeByteOperations.UnsafeWrap(_key), Serializable = serializable };
    }

    public async Task RunAsync()
    {
        Keys.SetNumber(_key, _random.Next(_keyCount));
        using AsyncUnaryCall<RangeResponse> call = _client.RangeAsync(_request);
        RangeResponse answer = await call.ResponseAsync.ConfigureAwait(false);
        if (answer.Kvs.Count != 1 || answer.Kvs[0].Value.Length != Keys.ValueBytes)
        {
            throw new TargetFailedException($"{_request.Key.ToStringUtf8()} was written, and isn't there");
        }
    }
}
