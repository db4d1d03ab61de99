using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StateServer.Api.Etcd;
using StateServer.Consensus;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>The real services on a real Kestrel on 127.0.0.1, over an <see cref="InMemoryReplica"/>.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ApiHost(WebApplication application, InMemoryReplica replica, int port)
    {
        _application = application;
        Replica = replica;
        Address = $"127.0.0.1:{port}";
        Channel = GrpcChannel.ForAddress($"http://{Address}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
    }

    internal InMemoryReplica Replica { get; }

    internal string Address { get; }

    internal GrpcChannel Channel { get; }

    internal static async Task<ApiHost> StartAsync()
    {
        var port = LoopbackPort.Free();
        var replica = new InMemoryReplica();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<IReplica>(replica).AddEtcdApi();
        var application = builder.Build();
        application.MapEtcdApi(port);
        await application.StartAsync();
        return new ApiHost(application, replica, port);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _application.DisposeAsync();
    }
}
