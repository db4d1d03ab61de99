using StateServer.Consensus.Leases;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Replica;

/// <summary>What this member does for the others when they ask. Thread-safe.</summary>
internal sealed class PeerDesk : IDisposable
{
    private readonly ReplicaOptions _options;
    private readonly ProposalQueue _queue;
    private readonly IRaftNode _raft;
    private readonly LeadershipWatch _leadership;
    private readonly SpaceGate _space;
    private readonly ReadIndexSource _reads;
    private readonly LeaseTimes _leases;
    private readonly DigestRing _digests;
    private readonly Standing _standing;
    private readonly Func<MemberStatus> _status;
    private readonly IReplicaPeers _peers;
    private readonly Preparation _preparation;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Makes it.</summary>
    public PeerDesk(
        ReplicaOptions options,
        ProposalQueue queue,
        IRaftNode raft,
        LeadershipWatch leadership,
        SpaceGate space,
        ReadIndexSource reads,
        LeaseTimes leases,
        DigestRing digests,
        Standing standing,
        Func<MemberStatus> status,
        IReplicaPeers peers,
        Preparation preparation,
        TimeProvider time)
    {
        _options = options;
        _queue = queue;
        _raft = raft;
        _leadership = leadership;
        _space = space;
        _reads = reads;
        _leases = leases;
        _digests = digests;
        _standing = standing;
        _status = status;
        _peers = peers;
        _preparation = preparation;
        _time = time;
    }

    /// <summary>Cancelled when this member stops: open streams end then.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Ends what is open.</summary>
    public void Close() => _closing.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _closing.Dispose();

    /// <summary>Opens a follower's stream of proposals.</summary>
    public ForwardSession OpenForward(Action<ForwardReply> answer)
        => new(_options, _queue, _leadership, _space, () => _raft.IsHandingOver, answer);

    /// <summary>Answers a follower's question for a read index.</summary>
    public ValueTask<ReadIndexReply> ReadIndexAsync(ReadIndexRequest request, CancellationToken cancellationToken)
        => _reads.AnswerAsync(request, cancellationToken);

    /// <summary>Answers a member's questions about leases.</summary>
    public ValueTask<LeasesReply> AskLeasesAsync(LeasesRequest request, CancellationToken cancellationToken)
        => _leases.AnswerAsync(request, cancellationToken);

    /// <summary>Tells how this member is.</summary>
    public StatusReply GetStatus() => StatusWire.ToReply(_status());

    /// <summary>Hands out this member's digests, and takes note of what the last comparison gave.</summary>
    public DigestsReply CompareDigests(DigestsRequest request)
    {
        _standing.Divergence = request.Divergence.Length == 0 ? null : request.Divergence;
        var reply = new DigestsReply();
        reply.Points.AddRange(_digests.Points().Select(point => new DigestPoint { Index = point.Index, Digest = point.Digest }));
        return reply;
    }

    /// <summary>Tries whether this member reaches another one, and whether that takes part: a damaged or refused one answers, and does not.</summary>
    public async ValueTask<ReachReply> ReachAsync(ReachRequest request, CancellationToken cancellationToken)
    {
        var member = new NodeId(request.Member);
        if (member == _options.Id)
        {
            return new() { Heard = true };
        }

        using var timer = new CancellationTokenSource(_options.ElectionTimeoutHigh, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var reply = await _peers.GetStatusAsync(member, limit.Token).ConfigureAwait(false);
            return (MemberRole)reply.Role == MemberRole.Passive || reply.SyncingForMilliseconds >= StatusSource.LongestSync.TotalMilliseconds
                ? new() { Message = $"it takes no part: {reply.Unhealthy}" }
                : new() { Heard = true };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new() { Message = $"no answer within {_options.ElectionTimeoutHigh.TotalMilliseconds:F0} ms" };
        }
        catch (PeerUnavailableException e)
        {
            return new() { Message = e.Reason };
        }
    }

    /// <summary>Gets this member ready for another leader.</summary>
    public async ValueTask<PrepareReply> PrepareAsync(CancellationToken cancellationToken)
        => new() { Problem = await _preparation.PrepareAsync(cancellationToken).ConfigureAwait(false) ?? "" };

    /// <summary>Hands leadership over, where this member has it, once the voters are ready for that.</summary>
    public async ValueTask<TransferReply> TransferLeadershipAsync(TransferRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _preparation.PrepareAllAsync(cancellationToken).ConfigureAwait(false);
            await _raft.TransferLeadershipAsync(new(request.Target), cancellationToken).ConfigureAwait(false);
            return new() { Done = true };
        }
        catch (NotLeadingException e)
        {
            return new() { NotLeading = true, Message = e.Message };
        }
        catch (TransferRefusedException e)
        {
            return new() { Message = e.Message };
        }
    }
}
