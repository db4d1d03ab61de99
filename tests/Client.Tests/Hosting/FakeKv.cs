using Grpc.Core;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests.Hosting;

internal sealed class FakeKv(FakeMember member) : KV.KVBase
{
    public override async Task<RangeResponse> Range(RangeRequest request, ServerCallContext context) =>
        await member.OnRange(Interlocked.Increment(ref member.Ranges) - 1).WaitAsync(context.CancellationToken) is { } failure
            ? throw failure
            : new RangeResponse { Count = 1, Kvs = { new KeyValue { Key = request.Key } } };

    public override async Task<PutResponse> Put(PutRequest request, ServerCallContext context)
    {
        int place;
        lock (member.Puts)
        {
            place = member.Puts.Count;
            member.Puts.Enqueue(context.RequestHeaders);
        }

        return await member.OnPut(place).WaitAsync(context.CancellationToken) is { } failure
            ? throw failure
            : new PutResponse { Header = new ResponseHeader { Revision = place + 2 } };
    }
}
