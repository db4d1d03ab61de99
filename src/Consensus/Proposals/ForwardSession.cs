using StateServer.Consensus.Codec;
using StateServer.Consensus.Replica;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Proposals;

/// <summary>The leader's end of one follower's stream of proposals: puts each message into the queue, or answers why not.</summary>
/// <param name="options">The limits.</param>
/// <param name="queue">The leader's queue.</param>
/// <param name="leadership">Who leads.</param>
/// <param name="space">Whether the disk has room.</param>
/// <param name="isHandingOver">Whether the leader hands over: a batch is better given to its successor.</param>
/// <param name="answer">Takes one answer a message; called from any thread, returns at once and does not throw.</param>
internal sealed class ForwardSession(
    ReplicaOptions options,
    ProposalQueue queue,
    LeadershipWatch leadership,
    SpaceGate space,
    Func<bool> isHandingOver,
    Action<ForwardReply> answer)
{
    /// <summary>Takes one message.</summary>
    public void Receive(ForwardRequest request)
    {
        var batch = new ForwardedBatch(request, answer);
        var role = leadership.Current;
        if (!role.IsSelf || role.Term != request.Term)
        {
            batch.Refused(ProposalRefusal.NoLeader, $"this member does not lead term {request.Term}");
            return;
        }

        if (isHandingOver())
        {
            batch.Refused(ProposalRefusal.NoLeader, "leadership is being handed over");
            return;
        }

        if (request.Count > options.MaxBatchCommands || !BatchCodec.AreItems(request.Items.Memory, request.Count))
        {
            batch.Refused(ProposalRefusal.TooLarge, $"the message does not hold {request.Count} commands, or more than {options.MaxBatchCommands}");
            return;
        }

        if (request.Grows && space.OwnShortage is { } shortage)
        {
            batch.Refused(ProposalRefusal.NoSpace, shortage);
            return;
        }

        if (queue.Add(batch) is { } refusal)
        {
            batch.Refused(refusal, refusal == ProposalRefusal.QueueFull
                ? "too many bytes wait to be proposed: try again later"
                : "this member is stopping");
        }
    }
}
