using System.Collections.Concurrent;
using System.Threading.Channels;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>The other members of a <see cref="FakeCluster"/>, over links that a test can cut.</summary>
internal sealed class FakePeers(FakeCluster cluster, FakeMember self) : IReplicaPeers
{
    private readonly Lock _lock = new();
    private readonly List<FakeLink> _links = [];

    /// <summary>While set, no call reaches anybody.</summary>
    public bool Unreachable { get; set; }

    /// <summary>While set, forwarded messages are taken from the sender and never arrive.</summary>
    public bool SwallowForwards { get; set; }

    /// <summary>While set, a hand-over that is asked for takes place, and its answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>The member that accepts connections and never answers.</summary>
    public NodeId Mute { get; set; }

    public int ReadIndexRequests { get; private set; }

    /// <summary>How many questions each message about leases carried.</summary>
    public ConcurrentBag<int> LeaseMessages { get; } = [];

    public int ForwardMessages { get; private set; }

    public async ValueTask<IPeerExchange<ForwardRequest, ForwardReply>> OpenForwardAsync(NodeId leader, CancellationToken cancellationToken)
    {
        if (leader == Mute)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var desk = DeskOf(leader);
        var link = new FakeLink<ForwardRequest, ForwardReply>(leader);
        var session = desk.OpenForward(reply => link.Replies.Writer.TryWrite(reply));
        link.Receive = request =>
        {
            // Counted last: whoever sees it counted may stop the swallowing, and it stays swallowed.
            if (!SwallowForwards)
            {
                session.Receive(request);
            }

            ForwardMessages++;
        };
        return Keep(link);
    }

    public ValueTask<IPeerExchange<ReadIndexRequest, ReadIndexReply>> OpenReadIndexAsync(NodeId leader, CancellationToken cancellationToken)
    {
        var desk = DeskOf(leader);
        var link = new FakeLink<ReadIndexRequest, ReadIndexReply>(leader);
        link.Receive = request =>
        {
            ReadIndexRequests++;
            _ = AnswerAsync();
            async Task AnswerAsync() => link.Replies.Writer.TryWrite(await desk.ReadIndexAsync(request, CancellationToken.None));
        };
        return new(Keep(link));
    }

    public async ValueTask<LeasesReply> AskLeasesAsync(NodeId leader, LeasesRequest request, CancellationToken cancellationToken)
    {
        var desk = DeskOf(leader);
        LeaseMessages.Add(request.Questions.Count);
        if (leader == Mute)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return await desk.AskLeasesAsync(request, cancellationToken);
    }

    public ValueTask<StatusReply> GetStatusAsync(NodeId member, CancellationToken cancellationToken)
        => new(DeskOf(member).GetStatus());

    public ValueTask<DigestsReply> CompareDigestsAsync(NodeId member, DigestsRequest request, CancellationToken cancellationToken)
        => new(DeskOf(member).CompareDigests(request));

    public ValueTask<ReachReply> ReachAsync(NodeId member, ReachRequest request, CancellationToken cancellationToken)
        => DeskOf(member).ReachAsync(request, cancellationToken);

    public async ValueTask<TransferReply> TransferLeadershipAsync(NodeId leader, TransferRequest request, CancellationToken cancellationToken)
    {
        var reply = await DeskOf(leader).TransferLeadershipAsync(request, cancellationToken);
        return LosesAnswers ? throw new PeerUnavailableException(leader, "the connection broke") : reply;
    }

    public ValueTask<PrepareReply> PrepareAsync(NodeId member, CancellationToken cancellationToken)
        => DeskOf(member).PrepareAsync(cancellationToken);

    /// <summary>Breaks every open stream.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _links.ForEach(link => link.Cut());
            _links.Clear();
        }
    }

    private FakeLink<TRequest, TReply> Keep<TRequest, TReply>(FakeLink<TRequest, TReply> link)
        where TReply : class
    {
        lock (_lock)
        {
            _links.Add(link);
        }

        return link;
    }

    private PeerDesk DeskOf(NodeId member)
    {
        var other = cluster.Members.Find(one => one.Id == member) ?? throw new PeerUnavailableException(member, "unknown");
        return Unreachable || other.Peers.Unreachable || other == self
            ? throw new PeerUnavailableException(member, "the link is cut")
            : other.Replica.Desk;
    }

    private abstract class FakeLink
    {
        public abstract void Cut();
    }

    private sealed class FakeLink<TRequest, TReply>(NodeId member) : FakeLink, IPeerExchange<TRequest, TReply>
        where TReply : class
    {
        public Channel<TReply> Replies { get; } = Channel.CreateUnbounded<TReply>();

        public Action<TRequest>? Receive { get; set; }

        public override void Cut() => Replies.Writer.TryComplete(new PeerUnavailableException(member, "the stream was cut"));

        public ValueTask SendAsync(TRequest request, CancellationToken cancellationToken)
        {
            if (Replies.Reader.Completion.IsCompleted)
            {
                throw new PeerUnavailableException(member, "the stream was cut");
            }

            Receive!(request);
            return default;
        }

        public async ValueTask<TReply?> ReceiveAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await Replies.Reader.ReadAsync(cancellationToken);
            }
            catch (ChannelClosedException e)
            {
                throw new PeerUnavailableException(member, "the stream was cut", e);
            }
        }

        public ValueTask DisposeAsync()
        {
            Cut();
            return default;
        }
    }
}
