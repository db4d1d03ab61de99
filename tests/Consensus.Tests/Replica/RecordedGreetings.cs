using System.Collections.Concurrent;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>Takes streams of proposals, refuses what comes, and keeps it, and who was asked to prepare; asks nobody anything else.</summary>
/// <param name="cut">Who is not reached.</param>
/// <param name="mute">Who accepts, and never answers.</param>
internal sealed class RecordedGreetings(NodeId cut = default, NodeId mute = default) : IReplicaPeers
{
    public ConcurrentQueue<(NodeId To, ForwardRequest Request)> Forwarded { get; } = [];

    public ConcurrentQueue<NodeId> Answered { get; } = [];

    public ValueTask<IPeerExchange<ForwardRequest, ForwardReply>> OpenForwardAsync(NodeId leader, CancellationToken cancellationToken) =>
        leader == cut ? throw new PeerUnavailableException(leader, "the cable is cut") : new(new Exchange(this, leader));

    public ValueTask<IPeerExchange<ReadIndexRequest, ReadIndexReply>> OpenReadIndexAsync(NodeId leader, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<LeasesReply> AskLeasesAsync(NodeId leader, LeasesRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<StatusReply> GetStatusAsync(NodeId member, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<DigestsReply> CompareDigestsAsync(NodeId member, DigestsRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ReachReply> ReachAsync(NodeId member, ReachRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<TransferReply> TransferLeadershipAsync(NodeId leader, TransferRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ConcurrentQueue<NodeId> Prepared { get; } = [];

    public async ValueTask<PrepareReply> PrepareAsync(NodeId member, CancellationToken cancellationToken)
    {
        Prepared.Enqueue(member);
        if (member == mute)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return member == cut ? throw new PeerUnavailableException(member, "the cable is cut") : new();
    }

    private sealed class Exchange(RecordedGreetings greetings, NodeId to) : IPeerExchange<ForwardRequest, ForwardReply>
    {
        public ValueTask SendAsync(ForwardRequest request, CancellationToken cancellationToken)
        {
            greetings.Forwarded.Enqueue((to, request));
            return default;
        }

        public ValueTask<ForwardReply?> ReceiveAsync(CancellationToken cancellationToken)
        {
            greetings.Answered.Enqueue(to);
            return new(new ForwardReply { Answer = ForwardReply.Types.Answer.NotLeading });
        }

        public ValueTask DisposeAsync() => default;
    }
}
