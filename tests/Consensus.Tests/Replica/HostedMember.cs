using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Hosting;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>One whole member in this process: replica, Raft core and folder behind a real gRPC port on the loopback.</summary>
internal sealed class HostedMember : IAsyncDisposable
{
    private readonly WebApplication _host;

    private HostedMember(WebApplication host) => _host = host;

    public RaftNode Node => _host.Services.GetRequiredService<RaftNode>();

    public bool IsStopping => _host.Lifetime.ApplicationStopping.IsCancellationRequested;

    public LocalReplica Replica => _host.Services.GetRequiredService<LocalReplica>();

    public static async Task<HostedMember> StartAsync(ReplicaOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddReplica(options);
        var address = IPEndPoint.Parse(options.PeerAddress);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http2));
        var host = builder.Build();
        host.MapPeerServices(address.Port);
        await host.StartAsync();
        return new(host);
    }

    /// <summary>Stops as SIGTERM does.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Ends without a hand-over and without waiting for anything, as far as a process can do that to itself.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _host.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Cut short, as asked.
        }

        await _host.DisposeAsync();
    }
}
