using Google.Protobuf;
using Grpc.Core;
using StateServer.Bench.Load;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Operations;

/// <summary>Puts 256 bytes under a key that was never used before.</summary>
internal sealed class PutOperation : IOperation
{
    private readonly KV.KVClient _client;
    private readonly byte[] _key;
    private readonly PutRequest _request;
    private long _next;

    public PutOperation(ChannelBase channel, string prefix, int client)
    {
        _client = new KV.KVClient(channel);
        _key = Keys.Numbered($"{prefix}{client:D3}/");
        // The key's bytes are rewritten in place for each put: the call before has ended by then.
        _request = new PutRequest
        {
            Key = UnsafeByteOperations.UnsafeWrap(_key),
            Value = Keys.RandomValue(new Random(client)),
        };
    }

    public async Task RunAsync()
    {
        Keys.SetNumber(_key, _next++);
        using AsyncUnaryCall<PutResponse> call = _client.PutAsync(_request);
        await call.ResponseAsync.ConfigureAwait(false);
    }
}
