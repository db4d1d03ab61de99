using Grpc.Core;
using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;
using Answer = StateServer.Protos.Peer.AppendReply.Types.Answer;

namespace StateServer.Consensus.Transport;

/// <summary>
/// Takes a leader's snapshot in: staged and compared in length and checksum before anything else happens (trap 4), then put in
/// the place of log and state, in the library's order of things. One at a time; a later one ends an earlier one. Thread-safe.
/// </summary>
internal sealed class SnapshotInstaller(RaftLog log, SnapshotStore snapshots, ApplyLoop applies, IEntryApplier applier)
{
    private MemberCluster? _cluster;
    private int _installing;

    /// <summary>The library's half, whose handler decides; set once, before the first call.</summary>
    public MemberCluster Cluster
    {
        private get => _cluster ?? throw new InvalidOperationException("the member is not put together yet");
        set => _cluster = value;
    }

    /// <summary>True while a snapshot is taken in: then the library's lock is held for as long as the state takes to be restored.</summary>
    public bool IsInstalling => Volatile.Read(ref _installing) != 0;

    /// <summary>Handles one transfer.</summary>
    public async Task<SnapshotReply> ReceiveAsync(
        NodeId leader, IAsyncStreamReader<SnapshotChunk> chunks, CancellationToken cancellationToken)
    {
        if (!await chunks.MoveNext(cancellationToken).ConfigureAwait(false) || chunks.Current.Header is not { } header)
        {
            throw Refuse(StatusCode.InvalidArgument, "a snapshot begins with its header");
        }

        if (header.Term < log.Term)
        {
            return new() { Term = log.Term, Answer = Answer.Rejected };
        }

        if (header.Index <= log.CommitIndex)
        {
            return new() { Term = log.Term, Answer = Answer.Replicated };
        }

        if (Interlocked.Exchange(ref _installing, 1) != 0)
        {
            throw Refuse(StatusCode.Unavailable, "another snapshot is being taken in");
        }

        try
        {
            var info = await StageAsync(leader, header, chunks, cancellationToken).ConfigureAwait(false);
#if PLANTED_InstallHalfSnapshot
            cancellationToken = CancellationToken.None;
#endif
            var result = await Cluster.InstallAsync(leader, header.Term, new IncomingSnapshot(info), cancellationToken).ConfigureAwait(false);
            var taken = result || log.CommitIndex >= info.Index;
            return new() { Term = log.Term, Answer = taken ? Answer.Replicated : Answer.Rejected };
        }
        catch (Exception exception) when (exception is SnapshotRefusedException or LogDamagedException or IOException or LogSpaceException)
        {
            throw Refuse(StatusCode.Unavailable, exception.Message);
        }
        finally
        {
            Volatile.Write(ref _installing, 0);
        }
    }

    /// <summary>Called by the library's handler, under its lock, with a snapshot that is news: replaces log and state.</summary>
    public async ValueTask InstallAsync(IncomingSnapshot snapshot)
        => await applies.RunBetweenAsync(() =>
        {
            var info = snapshot.Info;
            log.Reset(info.Position, new ConfigurationInForce(info.ConfigurationIndex, info.Configuration));
            using var content = snapshots.Open(info);
            applier.Restore(info.Index, info.Term, content);
        }).ConfigureAwait(false);

    private static RpcException Refuse(StatusCode code, string why) => new(new Grpc.Core.Status(code, why));

    private async Task<SnapshotInfo> StageAsync(
        NodeId leader, SnapshotHeader header, IAsyncStreamReader<SnapshotChunk> chunks, CancellationToken cancellationToken)
    {
        using var receiver = snapshots.BeginReceive(new(header.Index, header.EntryTerm), header.Length, header.Checksum);
#if PLANTED_InstallHalfSnapshot
        try
        {
            await TakeAsync(leader, receiver, chunks, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (receiver.Received > 0)
        {
        }
#else
        await TakeAsync(leader, receiver, chunks, cancellationToken).ConfigureAwait(false);
#endif
        return receiver.Install();
    }

    private async Task TakeAsync(
        NodeId leader, SnapshotReceiver receiver, IAsyncStreamReader<SnapshotChunk> chunks, CancellationToken cancellationToken)
    {
        while (await chunks.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            var chunk = chunks.Current;
            receiver.Write(chunk.Offset, chunk.Data.Span);
            Cluster.Hear(leader);
        }
    }
}
