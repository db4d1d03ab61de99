using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Membership;

/// <summary>What the rules look at, derived once from the input, and the notes that they leave.</summary>
internal sealed class MembershipDraft
{
    private readonly List<MemberDecision> _decisions = [];
    private readonly SortedSet<string> _guards = [];

    public MembershipDraft(MembershipInput input)
    {
        Input = input;
        Seats = Seats.Of(input.Membership);
        Stop = HealingStop.Of(input);
        if (Stop is { } stop)
        {
            Hold(stop.Guard);
        }
    }

    public MembershipInput Input { get; }

    public MembershipState Membership => Input.Membership;

    public MembershipOperation? Operation => Input.Membership.Operation;

    public ImmutableSortedSet<NodeId> Voters => Input.Membership.Voters;

    /// <summary>Who has a seat, whatever half of an operation is done.</summary>
    public Seats Seats { get; }

    /// <summary>Why nothing is healed by itself; null where it is.</summary>
    public HealingStop? Stop { get; }

    /// <summary>What is known of a member beside the log; one that was never heard is silent for the whole term.</summary>
    public MemberContact Contact(NodeId node) => Input.Contact.GetValueOrDefault(node)
        ?? MemberContact.Unheard(Input.TermAgeMilliseconds);

    /// <summary>True where a member was heard in this term, and lately enough to count in a quorum.</summary>
    public bool IsAlive(NodeId node) => node == Input.Leader
        || (Input.Contact.TryGetValue(node, out var contact) && contact.IsHeard && contact.SilentForMilliseconds < Input.Times.AliveWithin);

    /// <summary>What people call a member; its id where nobody knows better.</summary>
    public string NameOf(NodeId node) => Input.NameOf(node);

    public MemberMark MarkOf(NodeId node) => Membership.MarkOf(node);

    /// <summary>True where a learner may get the vote now.</summary>
    public bool IsReady(NodeId node) => Input.Members.ContainsKey(node)
        && IsAlive(node)
        && Contact(node).IsCaughtUp
        && MarkOf(node) is MemberMark.Requested or MemberMark.Member;

    /// <summary>The machine of a member; null where none is known.</summary>
    public MachineRecord? MachineOf(NodeId node) =>
        Membership.Standings.GetValueOrDefault(node)?.Machine is { } id && Input.Model.Machines.TryGetValue(id, out var added)
            ? added
            : Input.Model.Machines.Values.FirstOrDefault(machine => machine.StateServer == node);

    /// <summary>Where a member stands, or is to stand; null where that isn't known.</summary>
    public Zone? ZoneOf(NodeId node) => Input.Members.GetValueOrDefault(node)?.Zone
        ?? (MachineOf(node) is { } machine ? machine.Zone : Membership.Standings.GetValueOrDefault(node)?.Zone);

    /// <summary>Keeps a note of what is awaited.</summary>
    public void Await(NodeId? member, string why, ImmutableArray<ZoneConsidered> zones = default) =>
        _decisions.Add(new(member, zones.IsDefault ? [] : zones, "", why));

    /// <summary>Keeps the zones that a choice was made from; what was chosen is the step.</summary>
    public void Consider(NodeId? member, string chosen, ImmutableArray<ZoneConsidered> zones) => _decisions.Add(new(member, zones, chosen, ""));

    /// <summary>A guard held something back.</summary>
    public void Hold(string guard) => _guards.Add(guard);

    public MembershipPlan Finish(MembershipStep? step)
    {
        if (step is not null && !_decisions.Exists(decision => decision.Chosen.Length > 0))
        {
            _decisions.Add(new(SubjectOf(step), [], step.Tell(NameOf), ""));
        }

        return new(step, new([.. _decisions], Stop?.Why ?? "", [.. _guards]));
    }

    private static NodeId? SubjectOf(MembershipStep step) => step switch
    {
        DeclareLostStep lost => lost.Member,
        DeclareReturnedStep back => back.Member,
        ChangeVoteStep change => change.Member,
        SubstituteStep substitute => substitute.New,
        RemoveMemberStep remove => remove.Member,
        HandOverStep handOver => handOver.Target,
        BeginOperationStep { Remove: [var first, ..] } => first,
        BeginOperationStep { Promote: [var first, ..] } => first,
        _ => null,
    };
}
