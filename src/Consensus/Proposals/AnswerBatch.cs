using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// Answers of one applied entry that are given by one thread-pool item: a wake-up of another thread costs as much as what a put's
/// caller has left to do, so they share it. Callers go on inside; what they do then is short.
/// </summary>
internal sealed class AnswerBatch : IThreadPoolWorkItem
{
    /// <summary>Answers in one item: few enough that a large entry still spreads over the cores.</summary>
    public const int Capacity = 16;

    private readonly (Proposal Proposal, Outcome Outcome)[] _answers = new (Proposal, Outcome)[Capacity];
    private int _count;

    /// <summary>True once no more fit.</summary>
    public bool IsFull => _count == Capacity;

    /// <summary>Adds one.</summary>
    public void Add(Proposal proposal, Outcome outcome) => _answers[_count++] = (proposal, outcome);

    /// <summary>Has them given soon, by another thread.</summary>
    public void Give() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        for (var i = 0; i < _count; i++)
        {
            _answers[i].Proposal.Complete(_answers[i].Outcome);
        }
    }
}
