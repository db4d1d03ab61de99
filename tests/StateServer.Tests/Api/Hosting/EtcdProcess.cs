using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Loopback;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>A real, single etcd of Debian's on 127.0.0.1 with a folder of its own; both go when it is disposed of.</summary>
internal sealed class EtcdProcess : IAsyncDisposable
{
    private const string Executable = "/usr/bin/etcd";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _folder;
    private readonly PortBlock _ports;

    private EtcdProcess(Process process, string folder, PortBlock ports)
    {
        _process = process;
        _folder = folder;
        _ports = ports;
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{ports.First}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
    }

    internal static bool IsInstalled => File.Exists(Executable);

    internal GrpcChannel Channel { get; }

    internal static async Task<EtcdProcess> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("stateserver-etcd-").FullName;
        var ports = PortBlock.Take(2);
        var (client, peer) = (ports.First, ports.First + 1);
        var start = new ProcessStartInfo(Executable)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])
            [
                "--name", "one", "--data-dir", Path.Combine(folder, "data"),
                "--listen-client-urls", $"http://127.0.0.1:{client}", "--advertise-client-urls", $"http://127.0.0.1:{client}",
                "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}",
                "--initial-cluster", $"one=http://127.0.0.1:{peer}", "--log-level", "error",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var etcd = new EtcdProcess(process, folder, ports);
        await etcd.WaitUntilReadyAsync();
        return etcd;
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _ports.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync()
    {
        var maintenance = new Wire.Maintenance.MaintenanceClient(Channel);
        using var deadline = new CancellationTokenSource(StartDeadline);
        while (true)
        {
            try
            {
                var status = await maintenance.StatusAsync(new Wire.StatusRequest(), cancellationToken: deadline.Token);
                if (status.Leader != 0)
                {
                    return;
                }
            }
            catch (RpcException) when (!deadline.IsCancellationRequested && !_process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(20, deadline.Token);
        }
    }
}
