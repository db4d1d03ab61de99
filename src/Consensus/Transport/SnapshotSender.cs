using Google.Protobuf;
using Grpc.Core;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Transport;

/// <summary>Streams the newest snapshot's file to a follower, in chunks, over the connection that is not Raft's. Thread-safe.</summary>
/// <param name="snapshots">The snapshots.</param>
/// <param name="channels">Leads to the follower.</param>
/// <param name="stallTimeout">How long one chunk may take to be taken, and the end to be answered.</param>
/// <param name="time">The clock.</param>
internal sealed class SnapshotSender(SnapshotStore snapshots, PeerChannels channels, TimeSpan stallTimeout, TimeProvider time)
{
    /// <summary>Small enough that the transfer shares a link with heartbeats, large enough that its messages don't matter.</summary>
    private const int ChunkBytes = 256 * 1024;

    /// <summary>Sends it, and waits until it is installed there, or found to be no news.</summary>
    /// <param name="to">The follower.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="progressed">Told as the follower takes the chunks.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <exception cref="PeerUnavailableException">It can't be reached, stalled, or refused.</exception>
    public async Task<SnapshotReply> SendAsync(
        NodeId to, long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken)
    {
        try
        {
            var info = snapshots.Newest ?? throw new IOException("there is no snapshot");
            await using var file = snapshots.OpenFile(info);
            using var call = new Protos.Peer.Raft.RaftClient(channels.Invoker(to)).InstallSnapshot(cancellationToken: cancellationToken);
            var header = new SnapshotHeader
            {
                Term = term,
                Index = info.Index,
                EntryTerm = info.Term,
                Length = info.FileBytes,
                Checksum = info.Checksum,
            };
            await call.RequestStream.WriteAsync(new() { Header = header }, cancellationToken)
                .WaitAsync(stallTimeout, time, cancellationToken).ConfigureAwait(false);
            for (var sent = 0L; sent < info.FileBytes && !call.ResponseAsync.IsCompleted;)
            {
                var chunk = new byte[Math.Min(ChunkBytes, info.FileBytes - sent)];
                await file.ReadExactlyAsync(chunk, cancellationToken).ConfigureAwait(false);
                await call.RequestStream
                    .WriteAsync(new() { Offset = sent, Data = UnsafeByteOperations.UnsafeWrap(chunk) }, cancellationToken)
                    .WaitAsync(stallTimeout, time, cancellationToken).ConfigureAwait(false);
                sent += chunk.Length;
                progressed(new(sent, info.FileBytes));
            }

            if (!call.ResponseAsync.IsCompleted)
            {
                await call.RequestStream.CompleteAsync().WaitAsync(stallTimeout, time, cancellationToken).ConfigureAwait(false);
            }

            return await call.ResponseAsync.WaitAsync(InstallTime(info.FileBytes), time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (BrokenStream.Is(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new PeerUnavailableException(
                to, exception is RpcException rpc ? $"the snapshot: {PeerUnavailableException.ReasonOf(rpc)}" : $"the snapshot: {exception.Message}", exception);
        }
    }

    /// <summary>The follower reads and restores it all before it answers: granted at 4 MiB a second.</summary>
    private TimeSpan InstallTime(long bytes) => stallTimeout + TimeSpan.FromSeconds(bytes / (4.0 * 1024 * 1024));
}
