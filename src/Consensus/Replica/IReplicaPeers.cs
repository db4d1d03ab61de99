using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Replica;

/// <summary>
/// What this member asks of others. Every method throws <see cref="PeerUnavailableException"/> where the other can't be reached
/// or refuses the call, and <see cref="OperationCanceledException"/> when its token ends. Thread-safe.
/// </summary>
internal interface IReplicaPeers
{
    /// <summary>Opens the way for proposals to a leader: returned once the leader has accepted it, with nothing sent yet.</summary>
    ValueTask<IPeerExchange<ForwardRequest, ForwardReply>> OpenForwardAsync(NodeId leader, CancellationToken cancellationToken);

    /// <summary>Opens the way for read index requests to a leader.</summary>
    ValueTask<IPeerExchange<ReadIndexRequest, ReadIndexReply>> OpenReadIndexAsync(NodeId leader, CancellationToken cancellationToken);

    /// <summary>Asks the leader about leases.</summary>
    ValueTask<LeasesReply> AskLeasesAsync(NodeId leader, LeasesRequest request, CancellationToken cancellationToken);

    /// <summary>Asks a member for its status.</summary>
    ValueTask<StatusReply> GetStatusAsync(NodeId member, CancellationToken cancellationToken);

    /// <summary>Asks a member for its digests, and tells it what the last comparison gave.</summary>
    ValueTask<DigestsReply> CompareDigestsAsync(NodeId member, DigestsRequest request, CancellationToken cancellationToken);

    /// <summary>Asks a member whether it reaches another one: it tries.</summary>
    ValueTask<ReachReply> ReachAsync(NodeId member, ReachRequest request, CancellationToken cancellationToken);

    /// <summary>Asks the leader to hand over.</summary>
    ValueTask<TransferReply> TransferLeadershipAsync(NodeId leader, TransferRequest request, CancellationToken cancellationToken);

    /// <summary>Asks a member to get ready for another leader.</summary>
    ValueTask<PrepareReply> PrepareAsync(NodeId member, CancellationToken cancellationToken);
}
