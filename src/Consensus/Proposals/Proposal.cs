using System.Threading.Tasks.Sources;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// One command of this member's clients, from its arrival to its answer. All but the completion belongs to the
/// <see cref="ProposalQueue"/>, under its lock; the one who takes it out of the queue's waiting ones completes it.
/// </summary>
internal sealed class Proposal : QueuedCommands, IValueTaskSource<Outcome>
{
    private readonly ProposalQueue _queue;
    private ManualResetValueTaskSourceCore<Outcome> _completion;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Makes one, with the number that its encoded item carries.</summary>
    /// <param name="queue">The queue that it waits in.</param>
    /// <param name="number">Its number in this process.</param>
    /// <param name="item">The encoded item.</param>
    /// <param name="grows">Whether it needs disk space for good.</param>
    /// <param name="arrived">When it came, by the time provider's timestamps.</param>
    public Proposal(ProposalQueue queue, long number, ReadOnlyMemory<byte> item, bool grows, long arrived)
    {
        _queue = queue;
        Number = number;
        Items = item;
        Count = 1;
        Grows = grows;
        Arrived = arrived;
    }

    /// <summary>Its number in this process.</summary>
    public long Number { get; }

    /// <summary>When it came, by the time provider's timestamps.</summary>
    public long Arrived { get; }

    /// <summary>The one term in which this member may append it, as the leader; 0 where it may go to any leader.</summary>
    public long OnlyTerm { get; init; }

    /// <summary>How far it is.</summary>
    public ProposalPhase Phase { get; set; }

    /// <summary>The only term in which it may be appended; set when it is sent.</summary>
    public long Term { get; set; }

    /// <summary>What is known to have happened to it since it was sent, for the message of an unknown outcome.</summary>
    public UnknownReason Trouble { get; set; }

    /// <summary>
    /// True once a snapshot replaced the state while it was sent: its entry may lie in there unseen, so that nothing can be
    /// concluded from not seeing it.
    /// </summary>
    public bool MayBeInSnapshot { get; set; }

    /// <summary>The awaitable answer; awaited once.</summary>
    public ValueTask<Outcome> Answer => new(this, _completion.Version);

    /// <summary>Watches the caller's token; called once, after the proposal was queued.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (self, _) => ((Proposal)self!)._queue.Cancel((Proposal)self!), this);
        }
    }

    /// <summary>Answers it. The caller goes on inside: from a thread of the pool, with no lock held.</summary>
    public void Complete(Outcome outcome) => _completion.SetResult(outcome);

    /// <summary>Answers it with a refusal or an unknown outcome; the caller goes on in a thread of the pool.</summary>
    public void Fail(Exception exception) => ThreadPool.UnsafeQueueUserWorkItem(
        static failed => failed.Proposal._completion.SetException(failed.Exception), (Proposal: this, Exception: exception), preferLocal: false);

    Outcome IValueTaskSource<Outcome>.GetResult(short token)
    {
        _cancellation.Unregister();
        return _completion.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<Outcome>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<Outcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _completion.OnCompleted(continuation, state, token, flags);
}
