using System.Net;
using System.Net.Sockets;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Tests.Traps;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Transport;

/// <summary>
/// What fails says so as <see cref="PeerUnavailableException"/>, whatever the transport throws: anything that looks like a
/// cancellation ends the library's replication to that member for good.
/// </summary>
public sealed class GrpcPeerLinkTest
{
    private const int Attempts = 200;
    private static readonly NodeId Peer = new(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_follower_that_is_away_or_hangs_up_takes_no_snapshot_and_is_unavailable(bool listens) =>
        FailsAsync(listens, link => link.SendSnapshotAsync(1, () => { }, CancellationToken.None));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_follower_that_is_away_or_hangs_up_takes_no_append_and_is_unavailable(bool listens) =>
        FailsAsync(listens, link => link.AppendAsync(new AppendRequest { Term = 1 }, Patience, CancellationToken.None));

    private static async Task FailsAsync(bool listens, Func<GrpcPeerLink, Task> call)
    {
        using var folder = new TemporaryFolder();
        using SnapshotStore store = SnapshotStore.Open(folder.File("snapshots"), new() { Cluster = new(11) });
        using (SnapshotWriter writer = store.Begin(new(5, 1), default, 0))
        {
            writer.Write(new byte[2_000_000]);
            writer.Commit();
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = listener.LocalEndpoint.ToString()!;
        Task hangingUp = listens ? HangUpAsync(listener) : Task.CompletedTask;
        if (!listens)
        {
            listener.Stop();
        }

        ReplicaOptions options = StagedMember.Options(new(1)) with { ElectionTimeoutLow = Patience, Heartbeat = TimeSpan.FromMilliseconds(1) };
        using (var channels = new PeerChannels(new(new(11), new(1), new(33)), TimeSpan.FromSeconds(2)))
        {
            channels.SetAddress(Peer, address);
            using var link = new GrpcPeerLink(Peer, channels, store, options, TimeProvider.System);
            for (var i = 0; i < Attempts; i++)
            {
                await Assert.ThrowsAsync<PeerUnavailableException>(() => call(link).WaitAsync(TimeSpan.FromSeconds(20)));
            }
        }

        listener.Stop();
        await hangingUp;
    }

    /// <summary>Takes each connection, waits for its first bytes, and drops it.</summary>
    private static async Task HangUpAsync(TcpListener listener)
    {
        var buffer = new byte[1];
        try
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(buffer);
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
        catch (ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
