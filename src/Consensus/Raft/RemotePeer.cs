using DotNext.IO;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Raft;

/// <summary>Another voter, behind the transport. The library calls each of its methods for one message at a time.</summary>
internal sealed class RemotePeer : ClusterPeer
{
    /// <summary>What a slow disk and network are granted for each byte of an append, bytes a second.</summary>
    private const double SlowestBytesPerSecond = 8 * 1024 * 1024;

    private readonly MemberCluster _cluster;
    private readonly RaftLog _log;
    private readonly PeerChannels _channels;
    private readonly SnapshotSender _snapshots;
    private readonly AppendStream _stream;
    private readonly TimeSpan _appendTimeout;
    private readonly TimeSpan _voteTimeout;
    private long _sequence;

    /// <summary>Makes the voter's stand-in; nothing is sent before the library asks.</summary>
    public RemotePeer(
        ConfigurationMember member,
        MemberCluster cluster,
        RaftLog log,
        PeerChannels channels,
        SnapshotSender snapshots,
        ReplicaOptions options,
        TimeProvider time)
        : base(member)
    {
        _cluster = cluster;
        _log = log;
        _channels = channels;
        _snapshots = snapshots;
        _appendTimeout = options.ElectionTimeoutLow;
        _voteTimeout = options.ElectionTimeoutLow / 2;
        _stream = new(member.Id, channels, options.ElectionTimeoutLow, options.Heartbeat / 2, time);
    }

    /// <inheritdoc/>
    public override bool IsRemote => true;

    /// <inheritdoc/>
    public override bool IsLeader => _cluster.CurrentLeader == Member.Id;

    /// <inheritdoc/>
    public override ClusterMemberStatus Status => ClusterMemberStatus.Unknown;

    private Protos.Peer.Raft.RaftClient Client => new(_channels.RaftInvoker(Member.Id));

    /// <inheritdoc/>
    public override async Task<Result<bool>> VoteAsync(long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        var ballot = _cluster.BallotOf(term);
        var asked = AskForVoteAsync(ballot, term, lastLogIndex, lastLogTerm, token);
        await Task.WhenAny(asked, ballot.Decided).ConfigureAwait(false);
        if (asked.IsCompleted)
        {
            return await asked.ConfigureAwait(false) ?? throw new MemberUnavailableException(this);
        }

        // The election is decided: nobody waits for the rest, but a grant that is already in counts.
        return ballot.VoteOf(Member.Id) is { } granted
            ? new Result<bool> { Term = term, Value = granted }
            : throw new MemberUnavailableException(this);
    }

    /// <inheritdoc/>
    public override async Task<Result<PreVoteResult>> PreVoteAsync(
        long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        if (_cluster.IsCampaign(term + 1))
        {
            return new() { Term = term, Value = PreVoteResult.Accepted };
        }

        try
        {
            var request = new VoteRequest { Term = term, LastIndex = lastLogIndex, LastTerm = lastLogTerm };
            var reply = await Client.PreVoteAsync(request, deadline: DateTimeOf(_voteTimeout), cancellationToken: token)
                .ConfigureAwait(false);
            return new() { Term = reply.Term, Value = (PreVoteResult)reply.Answer };
        }
        catch (RpcException exception)
        {
            token.ThrowIfCancellationRequested();
            throw new MemberUnavailableException(this, exception.Status.Detail, exception);
        }
    }

    /// <inheritdoc/>
    public override async Task<Result<ReplicationStatus>> AppendEntriesAsync<TEntry, TList>(
        long term, TList entries, long prevLogIndex, long prevLogTerm, long commitIndex, CancellationToken token)
    {
        var batch = entries as EntryBatch ?? throw new NotSupportedException($"{typeof(TList)} is not read from our log");
        var request = new AppendRequest
        {
            Sequence = ++_sequence,
            Term = term,
            PreviousIndex = prevLogIndex,
            PreviousTerm = prevLogTerm,
            CommitIndex = commitIndex,
        };
        long bytes = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var record = batch[i].Record;
            bytes += record.Payload.Length;
            request.Entries.Add(new Entry
            {
                Term = record.Term,
                Kind = (int)record.Kind,
                Payload = UnsafeByteOperations.UnsafeWrap(record.Payload),
            });
        }

        var moment = _log.NextMoment();
        AppendReply reply;
        try
        {
            reply = await _stream
                .SendAsync(request, _appendTimeout + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond), token)
                .ConfigureAwait(false);
        }
        catch (PeerUnavailableException exception)
        {
            throw new MemberUnavailableException(this, exception.Message, exception);
        }

        return Take(reply, request, batch, moment);
    }

    /// <inheritdoc/>
    public override async Task<Result<HeartbeatResult>> InstallSnapshotAsync(
        long term,
        IRaftLogEntry snapshot,
        long snapshotIndex,
        IDataTransferObject configuration,
        long configurationVersion,
        CancellationToken token)
    {
        try
        {
            var reply = await _snapshots.SendAsync(Member.Id, term, _cluster.Contacted, token).ConfigureAwait(false);
            _cluster.Contacted(Member.Id);

            // Never "with the leader's term": the library would count the whole snapshot as this member's part of a quorum (trap 3).
            return reply.Answer == AppendReply.Types.Answer.Rejected
                ? new() { Term = reply.Term, Value = HeartbeatResult.Rejected }
                : new() { Term = term, Value = HeartbeatResult.Replicated };
        }
        catch (PeerUnavailableException exception)
        {
            throw new MemberUnavailableException(this, exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public override Task<long?> SynchronizeAsync(long commitIndex, CancellationToken token)
        => throw new NotSupportedException("reads are synchronized by our own read index, never by the library (trap 6)");

    /// <inheritdoc/>
    public override async Task<bool> ResignAsync(CancellationToken token)
    {
        try
        {
            return (await Client.ResignAsync(new ResignRequest(), cancellationToken: token).ConfigureAwait(false)).Resigned;
        }
        catch (RpcException exception)
        {
            throw new MemberUnavailableException(this, exception.Status.Detail, exception);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyDictionary<string, string>> GetMetadataAsync(bool refresh, CancellationToken token)
    {
        try
        {
            return (await Client.GetMetadataAsync(new MetadataRequest(), cancellationToken: token).ConfigureAwait(false)).Values;
        }
        catch (RpcException exception)
        {
            throw new MemberUnavailableException(this, exception.Status.Detail, exception);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CancelPendingRequestsAsync()
    {
        _stream.Abort();
        return default;
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();

    private static DateTime DateTimeOf(TimeSpan timeout) => TimeProvider.System.GetUtcNow().UtcDateTime + timeout;

    private async Task<Result<bool>?> AskForVoteAsync(
        Commit.BallotBox ballot, long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        var request = new VoteRequest
        {
            Term = term,
            LastIndex = lastLogIndex,
            LastTerm = lastLogTerm,
            Transfer = _cluster.IsCampaign(term),
        };
        try
        {
            var reply = await Client.VoteAsync(request, deadline: DateTimeOf(_voteTimeout), cancellationToken: token)
                .ConfigureAwait(false);
            ballot.Cast(Member.Id, reply.Granted);
            return new() { Term = reply.Term, Value = reply.Granted };
        }
        catch (RpcException)
        {
            ballot.Cast(Member.Id, granted: false);
            return null;
        }
    }

    private Result<ReplicationStatus> Take(AppendReply reply, AppendRequest request, EntryBatch batch, long moment)
    {
        _cluster.Contacted(Member.Id);
        var last = request.PreviousIndex + batch.Count;
        if (reply.Answer == AppendReply.Types.Answer.Rejected)
        {
            if (reply.Term <= request.Term)
            {
                _log.Answered(Member.Id, request.Term, moment, durableIndex: 0);
                _cluster.ForceRound();
            }

            return new() { Term = reply.Term, Value = new() { Result = HeartbeatResult.Rejected, LastIndex = reply.LastIndex } };
        }

        _log.Answered(Member.Id, request.Term, moment, last);
        if (batch.More)
        {
            _cluster.ForceRound();
        }

        return new()
        {
            Term = request.Term,
            Value = new()
            {
                Result = reply.Answer == AppendReply.Types.Answer.ReplicatedWithLeaderTerm
                    ? HeartbeatResult.ReplicatedWithLeaderTerm
                    : HeartbeatResult.Replicated,
                LastIndex = last,
            },
        };
    }
}
