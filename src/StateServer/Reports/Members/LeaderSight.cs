using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;

namespace StateServer.Reports.Members;

/// <summary>What the leader hears of the members and awaits, as it told it last. Immutable.</summary>
/// <param name="Leader">Who that is; none where no leader told.</param>
/// <param name="Reaches">The voters and learners.</param>
/// <param name="Notes">What it awaits, and what holds it back.</param>
internal sealed record LeaderSight(NodeId Leader, ImmutableArray<MemberReach> Reaches, StatusNotes Notes)
{
    /// <summary>No leader told anything.</summary>
    public static LeaderSight None { get; } = new(default, [], StatusNotes.None);

    /// <summary>What the leader of the highest term said among members' answers.</summary>
    public static LeaderSight Of(IEnumerable<MemberStatus> answers) =>
        answers.Where(answer => answer.Role == MemberRole.Leader).MaxBy(answer => answer.Term) is { } leader
            ? new(leader.Id, leader.Reaches, leader.Notes)
            : None;

    /// <summary>
    /// Whether it has not heard a member for so long. Of a learner that it never heard it is not said: it has just joined, and the silence
    /// would be as old as the leader's term.
    /// </summary>
    public bool IsSilent(NodeId member, TimeSpan patience) =>
        Of(member) is { } reach && reach.SilentFor > patience && (reach.IsVoter || reach.IsHeard);

    /// <summary>What it hears of a member; null where it said nothing of it.</summary>
    public MemberReach? Of(NodeId member) => Reaches.FirstOrDefault(reach => reach.Id == member);
}
