using Grpc.Core;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests.Hosting;

/// <summary>Hands each watch to the member's script.</summary>
internal sealed class FakeWatch(FakeMember member) : Watch.WatchBase
{
    public override async Task Watch(
        IAsyncStreamReader<WatchRequest> requestStream, IServerStreamWriter<WatchResponse> responseStream, ServerCallContext context)
    {
        Assert.True(await requestStream.MoveNext(context.CancellationToken));
        var create = requestStream.Current.CreateRequest;
        member.Watches.Enqueue(create);
        await member.OnWatch(create, response => responseStream.WriteAsync(response), context.CancellationToken);
    }
}
