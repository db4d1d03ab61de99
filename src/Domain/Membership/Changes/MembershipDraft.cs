using System.Collections.Immutable;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>The membership while commands change it. The rules check first and change afterwards. Not thread-safe.</summary>
internal sealed class MembershipDraft(
    MembershipState state, ImmutableSortedDictionary<NodeId, MemberRecord> members, ModelDraft model)
{
    private readonly MembershipState _before = state;
    private MembershipState _state = state;

    /// <summary>Replicated Unix time, in milliseconds.</summary>
    public long Timestamp => model.Timestamp;

    /// <summary>The model, which holds the members' machines and the events.</summary>
    public ModelDraft Model => model;

    /// <summary>The registered members.</summary>
    public ImmutableSortedDictionary<NodeId, MemberRecord> Members { get; private set; } = members;

    public RecordTable<NodeId, MemberStanding> Standings { get; } = new(state.Standings, standing => standing.Id, MembershipHash.Of);

    /// <summary>The registered members that the command at hand changed, and those that got or lost a vote.</summary>
    public SortedSet<NodeId> ChangedMembers { get; } = [];

    /// <summary>Whether the command at hand changed what is told of the membership as a whole.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The state; its standings are those before the commands.</summary>
    public MembershipState State
    {
        get => _state;
        set
        {
            _state = value;
            IsChanged = true;
        }
    }

    /// <summary>Whether anyone knows of a member that wasn't removed.</summary>
    public bool IsKnown(NodeId id) => Members.ContainsKey(id) || Standings.TryGet(id, out _) || _state.Voters.Contains(id);

    /// <summary>Null, or that the member was removed or is not known.</summary>
    public Rejection? Find(NodeId id) =>
        _state.Tombstones.Contains(id) ? MembershipRefusal.Removed($"member {id} was removed")
        : IsKnown(id) ? null
        : MembershipRefusal.NotFound($"member {id} not found");

    /// <summary>What people call a member; its id where nobody knows better.</summary>
    public string NameOf(NodeId id) =>
        Members.TryGetValue(id, out var member) ? member.Name
        : Standings.TryGet(id, out var standing) ? standing.Name
        : id.ToString();

    public MemberMark MarkOf(NodeId id) => Standings.TryGet(id, out var standing) ? standing.Mark : MemberMark.Member;

    /// <summary>A member's standing; one of a member that has none yet is made.</summary>
    public MemberStanding StandingOf(NodeId id)
    {
        if (Standings.TryGet(id, out var standing))
        {
            return standing;
        }

        Zone? zone = Members.TryGetValue(id, out var member) ? member.Zone : null;
        return new MemberStanding(
            id, NameOf(id), MachineOf(id)?.Id, zone, Replaces: null, MemberMark.Member, "", Timestamp, AwayUntilMilliseconds: 0);
    }

    /// <summary>The machine that a member runs on, or is to; null where none is known.</summary>
    public MachineRecord? MachineOf(NodeId id)
    {
        if (Standings.TryGet(id, out var standing) && standing.Machine is { } machine)
        {
            return model.Machines.TryGet(machine, out var known) ? known : null;
        }

        return model.Machines.Values.FirstOrDefault(other => other.StateServer == id);
    }

    /// <summary>Whether a newcomer, or one that was, takes the place of a member, and neither is lost nor leaves.</summary>
    public bool IsReplacement(MemberStanding standing, NodeId of) =>
        standing.Replaces == of && standing.Mark is MemberMark.Requested or MemberMark.Member;

    /// <summary>
    /// Marks a member; one that is marked so already stays as it is. One that comes back and whose task another one has taken over
    /// replaces nobody any more. A removed one has no mark.
    /// </summary>
    public void Mark(NodeId id, MemberMark mark, string reason)
    {
        if (_state.Tombstones.Contains(id))
        {
            return;
        }

        var standing = StandingOf(id);
        if (standing.Mark != mark || !Standings.TryGet(id, out _))
        {
            var isTaken = standing.Replaces is { } old
                && Standings.Values.Any(other => other.Id != id && IsReplacement(other, old));
            Standings.Set(standing with
            {
                Mark = mark,
                Replaces = isTaken ? null : standing.Replaces,
                Reason = ModelLine.Of(reason),
                SinceMilliseconds = Timestamp,
            });
        }
    }

    public void SetMember(MemberRecord member)
    {
        Members = Members.SetItem(member.Id, member);
        ChangedMembers.Add(member.Id);
    }

    public void RemoveMember(NodeId id)
    {
        Members = Members.Remove(id);
        ChangedMembers.Add(id);
    }

    /// <summary>Records an event of a member.</summary>
    public void Tell(ModelEventKind kind, NodeId member, string text) => model.Tell(kind, $"member {NameOf(member)}", text);

    /// <summary>Records an event of the membership as a whole.</summary>
    public void Tell(ModelEventKind kind, string text) => model.Tell(kind, "membership", text);

    /// <summary>Makes ready for the next command.</summary>
    public void EndCommand()
    {
        IsChanged = false;
        Standings.Changed.Clear();
        ChangedMembers.Clear();
    }

    public MembershipState ToState() => Standings.DigestChange == 0 && ReferenceEquals(_state, _before)
        ? _before
        : _state with { Standings = Standings.ToRecords() };
}
