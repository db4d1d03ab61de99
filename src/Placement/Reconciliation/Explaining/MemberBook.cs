using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Membership;

namespace StateServer.Placement.Reconciliation.Explaining;

/// <summary>
/// The last decisions about the members that this one took as leader, for <c>explain</c> and <c>status</c>: what was done last to
/// each, and what is awaited now. Not replicated; what was done stands in the log's events, too. Thread-safe.
/// </summary>
public sealed class MemberBook
{
    /// <summary>Most members that it remembers: some days of replacements.</summary>
    public const int Most = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, MemberDecision> _done = [];
    private readonly Queue<NodeId> _order = new();
    private ImmutableArray<MemberDecision> _awaited = [];
    private string _stopped = "";
    private ImmutableSortedSet<string> _guards = [];

    /// <summary>Why nothing is healed by itself, in one line; empty where it is.</summary>
    public string Stopped
    {
        get
        {
            lock (_lock)
            {
                return _stopped;
            }
        }
    }

    /// <summary>The guards that held something back at the last look, by name.</summary>
    public ImmutableSortedSet<string> Guards
    {
        get
        {
            lock (_lock)
            {
                return _guards;
            }
        }
    }

    /// <summary>What the last look awaits; those about the whole name no member.</summary>
    public ImmutableArray<MemberDecision> Awaited
    {
        get
        {
            lock (_lock)
            {
                return _awaited;
            }
        }
    }

    /// <summary>Notes a look.</summary>
    public void Note(MembershipReport report)
    {
        lock (_lock)
        {
            (_stopped, _guards) = (report.Stopped, report.Guards);
            _awaited = [.. report.Decisions.Where(decision => decision.Awaits.Length > 0)];
            foreach (var decision in report.Decisions)
            {
                if (decision is { Member: { } member, Chosen.Length: > 0 })
                {
                    Keep(member, decision);
                }
            }
        }
    }

    /// <summary>Notes why nothing is done.</summary>
    public void NoteStopped(string why)
    {
        lock (_lock)
        {
            _stopped = why;
        }
    }

    /// <summary>Forgets all: another member leads.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _done.Clear();
            _order.Clear();
            (_awaited, _stopped, _guards) = ([], "", []);
        }
    }

    /// <summary>What is awaited about a member, else what was done last; null where it was not considered in this term.</summary>
    public MemberDecision? About(NodeId member)
    {
        lock (_lock)
        {
            return _awaited.FirstOrDefault(decision => decision.Member == member) ?? _done.GetValueOrDefault(member);
        }
    }

    private void Keep(NodeId member, MemberDecision decision)
    {
        if (!_done.ContainsKey(member))
        {
            _order.Enqueue(member);
            if (_order.Count > Most)
            {
                _done.Remove(_order.Dequeue());
            }
        }

        _done[member] = decision;
    }
}
