using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests.Hosting;

/// <summary>A member that answers what the test says, on a real port of 127.0.0.1.</summary>
internal sealed class FakeMember : IAsyncDisposable
{
    private WebApplication _application = null!;

    /// <summary>Decides each put by its place (from 0); null answers it.</summary>
    internal Func<int, Task<RpcException?>> OnPut { get; set; } = static _ => Task.FromResult<RpcException?>(null);

    /// <summary>Decides each range likewise.</summary>
    internal Func<int, Task<RpcException?>> OnRange { get; set; } = static _ => Task.FromResult<RpcException?>(null);

    /// <summary>Serves each watch; by default none is answered.</summary>
    internal Func<WatchCreateRequest, Func<WatchResponse, Task>, CancellationToken, Task> OnWatch { get; set; } =
        static (_, _, cancelled) => Task.Delay(Timeout.Infinite, cancelled);

    /// <summary>The watches asked for, in order.</summary>
    internal ConcurrentQueue<WatchCreateRequest> Watches { get; } = [];

    /// <summary>The client URLs that its member list names.</summary>
    internal List<string> ClientUrls { get; } = [];

    /// <summary>The metadata of each put, in order.</summary>
    internal ConcurrentQueue<Metadata> Puts { get; } = [];

    internal int Ranges;

    /// <summary>Decides each keep-alive by its place (from 0): the seconds that it tells.</summary>
    internal Func<int, Task<long>> OnKeepAlive { get; set; } = static _ => Task.FromResult(60L);

    internal ConcurrentQueue<(Protos.Etcd.LeaseGrantRequest Request, Metadata Headers)> Grants { get; } = [];

    internal ConcurrentQueue<long> Revoked { get; } = [];

    internal int KeepAlives;

    internal int SessionsOpened;

    internal ConcurrentQueue<long> SessionsClosed { get; } = [];

    internal string Address { get; private set; } = "";

    internal static async Task<FakeMember> StartAsync()
    {
        var member = new FakeMember();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        builder.Services.AddSingleton(member).AddGrpc();
        member._application = builder.Build();
        member._application.MapGrpcService<FakeKv>();
        member._application.MapGrpcService<FakeCluster>();
        member._application.MapGrpcService<FakeSessions>();
        member._application.MapGrpcService<FakeWatch>();
        member._application.MapGrpcService<FakeLeases>();
        await member._application.StartAsync();
        var addresses = member._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        member.Address = addresses.Addresses.Single()["http://".Length..];
        return member;
    }

    internal static RpcException Failure(StatusCode code, string? executed = null) =>
        new(new Status(code, "test"), executed is null ? [] : new Metadata { { CallMetadata.Executed, executed } });

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
