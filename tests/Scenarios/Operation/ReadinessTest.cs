using System.Net.Sockets;
using System.Text;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Operation;

/// <summary>What systemd is told (sd_notify(3)), through a socket of the test's own.</summary>
public sealed class ReadinessTest
{
    [Fact]
    public async Task The_supervisor_is_told_what_is_awaited_when_it_serves_and_that_it_stops()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await cluster.KillAsync([.. cluster.Slots]);
        string path = Path.Combine(cluster.Scratch, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        // Alone it can't serve: it says what it waits for, and isn't ready.
        await cluster.LaunchAsync(0, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path });
        var told = new List<string>();
        await ReceiveAsync(socket, told, "STATUS=waiting: no leader is known");
        Assert.DoesNotContain("READY=1", told);

        await cluster.LaunchAsync(1);
        await ReceiveAsync(socket, told, "READY=1");
        await cluster[0].RangeAsync("health");

        LiveProcess.Send(cluster.Living(0), Signal.Terminate);
        await ReceiveAsync(socket, told, "STOPPING=1");
        Assert.Equal(0, await cluster.ExitCodeAsync(0));
    }

    private static async Task ReceiveAsync(Socket socket, List<string> told, string awaited)
    {
        byte[] buffer = new byte[4096];
        using var deadline = new CancellationTokenSource(TestCluster.Patience);
        while (!told.Contains(awaited))
        {
            try
            {
                int length = await socket.ReceiveAsync(buffer, deadline.Token);
                told.AddRange(Encoding.UTF8.GetString(buffer, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{awaited}' was not told: {string.Join(" | ", told)}");
            }
        }
    }
}
