using DotNext.IO;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using Google.Protobuf;
using StateServer.Consensus.Commit;
using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Raft;

/// <summary>Another voter, behind its link. The library calls each of its methods for one message at a time.</summary>
/// <param name="member">The voter.</param>
/// <param name="cluster">The library's half of this member.</param>
/// <param name="log">This member's log.</param>
/// <param name="link">The way to the voter; disposed with this.</param>
/// <param name="options">The replica's options.</param>
internal sealed class RemotePeer(
    ConfigurationMember member, MemberCluster cluster, RaftLog log, IPeerLink link, ReplicaOptions options) : ClusterPeer(member)
{
    /// <summary>What a slow disk and network are granted for each byte of an append, bytes a second.</summary>
    private const double SlowestBytesPerSecond = 8 * 1024 * 1024;

    private readonly TimeSpan _appendTimeout = options.ElectionTimeoutLow;
    private readonly TimeSpan _voteTimeout = options.ElectionTimeoutLow / 2;
    private long _sequence;
    private long _begunTerm;

    /// <inheritdoc/>
    public override bool IsRemote => true;

    /// <inheritdoc/>
    public override bool IsLeader => cluster.CurrentLeader == Member.Id;

    /// <inheritdoc/>
    public override ClusterMemberStatus Status => ClusterMemberStatus.Unknown;

    /// <inheritdoc/>
    public override async Task<Result<bool>> VoteAsync(long term, long lastLogIndex, long lastLogTerm, CancellationToken token)
    {
        var ballot = cluster.BallotOf(term);
        var request = new VoteRequest
        {
            Term = term,
            LastIndex = lastLogIndex,
            LastTerm = lastLogTerm,
            Transfer = cluster.IsCampaign(term),
        };
        var asked = AskForVoteAsync(ballot, request, token);
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
        if (cluster.IsCampaign(term + 1))
        {
            return new() { Term = term, Value = PreVoteResult.Accepted };
        }

        try
        {
            var request = new VoteRequest { Term = term, LastIndex = lastLogIndex, LastTerm = lastLogTerm };
            var reply = await link.PreVoteAsync(request, _voteTimeout, token).ConfigureAwait(false);
            return new() { Term = reply.Term, Value = (PreVoteResult)reply.Answer };
        }
        catch (PeerUnavailableException exception)
        {
            throw new MemberUnavailableException(this, exception.Message, exception);
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
        BeginTerm(request);
        var timeout = _appendTimeout + TimeSpan.FromSeconds(Fill(request, batch) / SlowestBytesPerSecond);
        var moment = log.NextMoment();
        var sent = cluster.Now();
        try
        {
            var reply = await link.AppendAsync(request, timeout, token).ConfigureAwait(false);
            cluster.Answered(Member.Id, sent);
            return Take(reply, request, batch, moment);
        }
        catch (PeerUnavailableException exception)
        {
            throw new MemberUnavailableException(this, exception.Message, exception);
        }
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
            var reply = await link.SendSnapshotAsync(term, _ => cluster.Contacted(Member.Id), token).ConfigureAwait(false);
            cluster.Contacted(Member.Id);

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
            return (await link.ResignAsync(token).ConfigureAwait(false)).Resigned;
        }
        catch (PeerUnavailableException exception)
        {
            throw new MemberUnavailableException(this, exception.Message, exception);
        }
    }

    /// <summary>Tells the voter to stand for election at once.</summary>
    public Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken token)
        => link.TimeoutNowAsync(request, timeout, token);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyDictionary<string, string>> GetMetadataAsync(bool refresh, CancellationToken token)
    {
        try
        {
            return (await link.GetMetadataAsync(token).ConfigureAwait(false)).Values;
        }
        catch (PeerUnavailableException exception)
        {
            throw new MemberUnavailableException(this, exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CancelPendingRequestsAsync()
    {
        link.AbortAppend();
        return default;
    }

    /// <inheritdoc/>
    public override void Dispose() => link.Dispose();

    /// <summary>
    /// The library takes it that each follower has what this log has when leading begins, the term's first entry included, which none
    /// can have: every first message would be rejected, and a round lost while no write is taken. It carries that entry instead.
    /// </summary>
    private void BeginTerm(AppendRequest request)
    {
        if (_begunTerm == request.Term)
        {
            return;
        }

        _begunTerm = request.Term;
        var first = log.Leadership;
        if (first == new EntryPosition(request.PreviousIndex, request.Term) && log.TermAt(first.Index - 1) is { } before)
        {
            request.PreviousIndex = first.Index - 1;
            request.PreviousTerm = before;
            request.Entries.Add(new Entry { Term = first.Term, Kind = (int)RecordKind.Barrier });
        }
    }

    /// <returns>The payloads' bytes.</returns>
    private static long Fill(AppendRequest request, EntryBatch batch)
    {
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

        return bytes;
    }

    private async Task<Result<bool>?> AskForVoteAsync(BallotBox ballot, VoteRequest request, CancellationToken token)
    {
        try
        {
            var reply = await link.VoteAsync(request, _voteTimeout, token).ConfigureAwait(false);
            ballot.Cast(Member.Id, reply.Granted);
            return new() { Term = reply.Term, Value = reply.Granted };
        }
        catch (Exception exception) when (exception is PeerUnavailableException or OperationCanceledException)
        {
            ballot.Cast(Member.Id, granted: false);
            return null;
        }
    }

    private Result<ReplicationStatus> Take(AppendReply reply, AppendRequest request, EntryBatch batch, long moment)
    {
        var last = request.PreviousIndex + request.Entries.Count;
        if (reply.Answer == AppendReply.Types.Answer.Rejected)
        {
            if (reply.Term <= request.Term)
            {
                // It takes this member for the leader, and its log parts from ours: go on at once where they meet.
                log.Answered(Member.Id, request.Term, moment, durableIndex: 0);
                cluster.ForceRound();
            }

            return new() { Term = reply.Term, Value = new() { Result = HeartbeatResult.Rejected, LastIndex = reply.LastIndex } };
        }

        log.Answered(Member.Id, request.Term, moment, last);
        if (batch.More)
        {
            cluster.ForceRound();
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
