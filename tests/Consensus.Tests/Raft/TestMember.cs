using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>One member in this process: its Raft core behind a real gRPC port on the loopback.</summary>
internal sealed class TestMember : IAsyncDisposable
{
    private readonly WebApplication _host;

    private TestMember(WebApplication host, RaftNode node, RecordingApplier applier)
    {
        _host = host;
        Node = node;
        Applier = applier;
    }

    public RaftNode Node { get; }

    public RecordingApplier Applier { get; }

    public static async Task<TestMember> OpenAsync(ReplicaOptions options, ILogger? logger = null, Action<RaftNode>? prepare = null)
    {
        var applier = new RecordingApplier();
        var node = RaftNode.Open(options, applier, TimeProvider.System, logger ?? NullLogger.Instance, end: new RecordedEnd());
        prepare?.Invoke(node);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(node);
        builder.Services.AddGrpc().AddRaftPeers();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPEndPoint.Parse(options.PeerAddress), listen => listen.Protocols = HttpProtocols.Http2));
        var host = builder.Build();
        host.MapGrpcService<RaftPeerService>();
        await host.StartAsync();
        return new(host, node, applier);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Node.StartAsync(cancellationToken);

    /// <summary>Ends without a hand-over, as far as a process can do that to itself.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        var stopping = _host.StopAsync(now.Token);
        await Node.DisposeAsync();
        await stopping;
        await _host.DisposeAsync();
    }
}
