using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>Takes what OpenTelemetry's exporter sends over gRPC, and keeps the bytes by the service called; reads nothing of it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, string Bytes)> _received = [];
    private readonly WebApplication _app;

    private OtlpReceiver(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public static async Task<OtlpReceiver> StartAsync(int port)
    {
        var receiver = new OtlpReceiver(port);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Whether a call of a service, by a part of its path, held these letters.</summary>
    public bool Got(string service, string text) => _received.Any(
        call => call.Path.Contains(service, StringComparison.Ordinal) && call.Bytes.Contains(text, StringComparison.Ordinal));

    public override string ToString() => string.Join(", ", _received.Select(call => $"{call.Path} ({call.Bytes.Length} bytes)"));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue((context.Request.Path.Value ?? "", Encoding.Latin1.GetString(body.ToArray())));
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]); // one empty message
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
