using System.Buffers;
using StateServer.Consensus.Codec;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// Every command that this member has taken and not answered yet, bounded by bytes: those that wait to be sent, in order, and
/// those that were sent, by number. Thread-safe; answers are given outside its lock.
/// <para>
/// Why a new term settles what an old one left open: a command is appended in the one term that it was sent for, the terms of
/// committed entries never decrease, and all committed entries are applied here in order. So once an entry of a later term was
/// applied and the command was not seen, no committed entry can hold it, now or ever (Raft §5.3, §5.4: Log Matching and Leader
/// Completeness), and it may be sent again as if new. A snapshot that replaces the state breaks that argument for what was sent
/// by then: such a command stays open until its deadline.
/// </para>
/// </summary>
internal sealed partial class ProposalQueue
{
    /// <summary>
    /// What a queued command is charged beyond its bytes: about the size of the objects around it, so that a flood of tiny
    /// commands is bounded too.
    /// </summary>
    public const int OverheadBytes = 256;

    /// <summary>
    /// Bytes of answered proposals that may still stand in the queue: then they are cleared out, so that they don't pile up while
    /// there is no leader.
    /// </summary>
    private const long MostDeadBytes = 4 * 1024 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _encoder;

    private readonly Lock _lock = new();
    private readonly Queue<QueuedCommands> _again = new();
    private readonly Queue<QueuedCommands> _queue = new();
    private readonly Dictionary<long, Proposal> _waiting = [];
    private readonly NodeId _self;
    private readonly uint _incarnation;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly long _maxBytes;
    private readonly int _maxRequestBytes;
    private long _bytes;
    private long _number;
    private long _appliedTerm;
    private long _deadBytes;
    private bool _idle;
    private string? _closed;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="options">Whose queue, and its limits.</param>
    /// <param name="incarnation">This process's random number.</param>
    /// <param name="time">The clock.</param>
    public ProposalQueue(ReplicaOptions options, uint incarnation, TimeProvider time)
    {
        _self = options.Id;
        _incarnation = incarnation;
        _time = time;
        _timeout = options.RequestTimeout;
        _maxBytes = options.MaxQueueBytes;
        _maxRequestBytes = options.MaxRequestBytes;
        Ready = new Signal();
    }

    /// <summary>Set when there may be something to send.</summary>
    public Signal Ready { get; }

    /// <summary>Bytes charged now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Commands of this member's clients that are not answered yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>What stands in line to be sent, answered ones that were not cleared out yet among it.</summary>
    internal int Standing
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count + _again.Count;
            }
        }
    }

    /// <summary>True while nothing waits to be sent.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count == 0 && _again.Count == 0;
            }
        }
    }

    /// <summary>
    /// Waits until there is something to send, or <see cref="Ready"/> is set. While the sender waits for anything else, it is not
    /// woken by arrivals: those are taken together afterwards.
    /// </summary>
    public ValueTask WaitForArrivalAsync()
    {
        Volatile.Write(ref _idle, true);
        return IsEmpty ? Ready.WaitAsync() : ValueTask.CompletedTask;
    }

    /// <summary>Takes a command of this member's clients, or its own.</summary>
    /// <param name="command">The command.</param>
    /// <param name="request">The client's request id, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="onlyTerm">Where not 0: this member appends it as the leader of that term, or refuses it.</param>
    /// <returns>Its answer, to be awaited once.</returns>
    public ValueTask<Outcome> Add(
        Command command, RequestId? request, CancellationToken cancellationToken, long onlyTerm = 0)
    {
        var number = Interlocked.Increment(ref _number);
        var item = Encode(new(command, request, new(_self, _incarnation, number)));
        if (item.Length > _maxRequestBytes)
        {
            return Refusal(
                ProposalRefusal.TooLarge, $"the command has {item.Length} bytes; at most {_maxRequestBytes} are allowed");
        }

        var proposal = new Proposal(this, number, item, SpaceRule.Grows(command), _time.GetTimestamp())
        {
            OnlyTerm = onlyTerm,
        };
        lock (_lock)
        {
            if (_closed is not null)
            {
                return Refusal(ProposalRefusal.Stopping, _closed);
            }

            if (!TryCharge(proposal))
            {
                return Refusal(
                    ProposalRefusal.QueueFull, $"{_bytes} bytes wait to be proposed, at most {_maxBytes} may: try again later");
            }

            _waiting.Add(number, proposal);
            _queue.Enqueue(proposal);
        }

        WakeIdle();
        proposal.Watch(cancellationToken);
        return proposal.Answer;
    }

    /// <summary>Takes a batch that another member forwarded.</summary>
    /// <returns>Null, or why it was not taken.</returns>
    public ProposalRefusal? Add(ForwardedBatch batch)
    {
        lock (_lock)
        {
            if (_closed is not null)
            {
                return ProposalRefusal.Stopping;
            }

            if (!TryCharge(batch))
            {
                return ProposalRefusal.QueueFull;
            }

            _queue.Enqueue(batch);
        }

        WakeIdle();
        return null;
    }

    /// <summary>
    /// Takes what is to be appended in <paramref name="term"/> out of the queue: at least one command where there is one, and no
    /// more than fit the limits. Proposals become sent ones; what was meant for another term is refused.
    /// </summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="forwarded">True for the leader, which takes other members' batches too; false for a follower, which refuses them.</param>
    /// <param name="maxBytes">Most bytes, unless the first alone has more.</param>
    /// <param name="maxCommands">Most commands.</param>
    /// <param name="taken">Gets what was taken.</param>
    public void Take(long term, bool forwarded, int maxBytes, int maxCommands, List<QueuedCommands> taken)
    {
        List<QueuedCommands>? misled = null;
        lock (_lock)
        {
            var (bytes, commands) = (0, 0);
            while (term >= _appliedTerm && TryPeek(out var source, out var next))
            {
                if (IsMisled(next, term, forwarded))
                {
                    source.Dequeue();
                    Withdraw(next);
                    (misled ??= []).Add(next);
                    continue;
                }

                if (taken.Count > 0 && (bytes + next.Items.Length > maxBytes || commands + next.Count > maxCommands))
                {
                    break;
                }

                source.Dequeue();
                bytes += next.Items.Length;
                commands += next.Count;
                taken.Add(next);
                MarkSent(next, term);
            }
        }

        misled?.ForEach(RefuseMisled);
    }

    /// <summary>Puts back what was taken for <paramref name="term"/> and certainly not appended in it.</summary>
    public void PutBack(IReadOnlyList<QueuedCommands> taken, long term, string reason)
    {
        lock (_lock)
        {
            foreach (var commands in taken)
            {
                if (commands is Proposal { Phase: ProposalPhase.Sent } proposal && proposal.Term == term)
                {
                    Requeue(proposal);
                }
            }
        }

        foreach (var batch in taken.OfType<ForwardedBatch>())
        {
            batch.Refused(ProposalRefusal.NoLeader, reason);
        }

        Ready.Set();
    }

    /// <summary>Refuses what was taken for <paramref name="term"/> and certainly not appended in it.</summary>
    public void Refuse(
        IReadOnlyList<QueuedCommands> taken, long term, ProposalRefusal reason, string message, Exception? cause)
    {
        List<Proposal> refused = [];
        lock (_lock)
        {
            foreach (var commands in taken)
            {
                if (commands is Proposal { Phase: ProposalPhase.Sent } proposal && proposal.Term == term)
                {
                    Remove(proposal);
                    refused.Add(proposal);
                }
            }
        }

        refused.ForEach(proposal => proposal.Fail(Refused(reason, message, cause)));
        foreach (var batch in taken.OfType<ForwardedBatch>())
        {
            batch.Refused(reason, message);
        }
    }

    private void WakeIdle()
    {
        if (Volatile.Read(ref _idle))
        {
            Volatile.Write(ref _idle, false);
            Ready.Set();
        }
    }

    private static byte[] Encode(in BatchItem item)
    {
        const int KeptCapacity = 64 * 1024;
        var encoder = _encoder ??= new ArrayBufferWriter<byte>(1024);
        encoder.ResetWrittenCount();
        BatchCodec.EncodeItem(encoder, item);
        var bytes = encoder.WrittenSpan.ToArray();
        _encoder = encoder.Capacity > KeptCapacity ? null : encoder;
        return bytes;
    }

    private static ProposalRefusedException Refused(ProposalRefusal reason, string message, Exception? cause)
    {
        ProposalMeter.Refused(reason);
        return new(reason, message, cause);
    }

    private static ValueTask<Outcome> Refusal(ProposalRefusal reason, string message)
        => ValueTask.FromException<Outcome>(Refused(reason, message, null));

    private bool IsMine(in BatchItem item)
        => item.Proposal.Member == _self && item.Proposal.Incarnation == _incarnation;

    private static long ChargeOf(QueuedCommands commands) => commands.Items.Length + ((long)OverheadBytes * commands.Count);

    private bool TryCharge(QueuedCommands commands)
    {
        var charge = ChargeOf(commands);
        if (_bytes + charge > _maxBytes)
        {
            return false;
        }

        _bytes += charge;
        return true;
    }

    private void Discharge(QueuedCommands commands) => _bytes -= ChargeOf(commands);

    private bool TryPeek(out Queue<QueuedCommands> source, out QueuedCommands next)
    {
        foreach (var queue in (ReadOnlySpan<Queue<QueuedCommands>>)[_again, _queue])
        {
            while (queue.TryPeek(out var head))
            {
                if (head is not Proposal { Phase: not ProposalPhase.Queued })
                {
                    (source, next) = (queue, head);
                    return true;
                }

                queue.Dequeue();
            }
        }

        (source, next) = (_queue, null!);
        return false;
    }

    private void MarkSent(QueuedCommands commands, long term)
    {
        if (commands is Proposal proposal)
        {
            proposal.Phase = ProposalPhase.Sent;
            proposal.Term = term;
            proposal.Trouble = UnknownReason.TimedOut;
        }
        else
        {
            Discharge(commands);
        }
    }

    private void Requeue(Proposal proposal)
    {
        if (proposal.Phase == ProposalPhase.Sent)
        {
            proposal.Phase = ProposalPhase.Queued;
            _again.Enqueue(proposal);
        }
    }

    private void Remove(Proposal proposal)
    {
        _waiting.Remove(proposal.Number);
        Discharge(proposal);
        if (proposal.Phase == ProposalPhase.Queued)
        {
            _deadBytes += ChargeOf(proposal);
        }

        proposal.Phase = ProposalPhase.Done;
        if (_deadBytes > MostDeadBytes)
        {
            Bury(_again);
            Bury(_queue);
            _deadBytes = 0;
        }
    }
}
