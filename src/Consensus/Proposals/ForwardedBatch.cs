using StateServer.Protos.Replica;

namespace StateServer.Consensus.Proposals;

/// <summary>Commands of another member's clients, as they came in one message.</summary>
internal sealed class ForwardedBatch : QueuedCommands
{
    private readonly long _sequence;
    private readonly Action<ForwardReply> _answer;

    /// <summary>Wraps a message.</summary>
    /// <param name="request">The message; its bytes are used, not copied.</param>
    /// <param name="answer">Takes the one answer; called from any thread, returns at once and does not throw.</param>
    public ForwardedBatch(ForwardRequest request, Action<ForwardReply> answer)
    {
        _sequence = request.Sequence;
        _answer = answer;
        Term = request.Term;
        Items = request.Items.Memory;
        Count = request.Count;
        Grows = request.Grows;
    }

    /// <summary>The only term in which the commands may be appended.</summary>
    public long Term { get; }

    /// <summary>The commands are in this leader's log: whether they come to be executed is not said yet.</summary>
    public void Appended() => _answer(new() { Sequence = _sequence, Answer = ForwardReply.Types.Answer.Appended });

    /// <summary>The commands are certainly not in any log, nor on the way into one.</summary>
    public void Refused(ProposalRefusal reason, string message) => _answer(new()
    {
        Sequence = _sequence,
        Message = message,
        Answer = reason switch
        {
            ProposalRefusal.QueueFull => ForwardReply.Types.Answer.QueueFull,
            ProposalRefusal.NoSpace => ForwardReply.Types.Answer.NoSpace,
            ProposalRefusal.Corrupt => ForwardReply.Types.Answer.Corrupt,
            ProposalRefusal.Stopping => ForwardReply.Types.Answer.Stopping,
            ProposalRefusal.TooLarge => ForwardReply.Types.Answer.Malformed,
            _ => ForwardReply.Types.Answer.NotLeading,
        },
    });

    /// <summary>Whether the commands are in a log can't be told.</summary>
    public void Unknown(string message)
        => _answer(new() { Sequence = _sequence, Answer = ForwardReply.Types.Answer.Unknown, Message = message });
}
