using System.Collections.Immutable;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership.View;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Model.View;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>
/// Executes commands on the membership, and on the machines of its members, and writes what they changed of the readable view
/// through the keyspace: one revision a command. From feature level 4 on. Not thread-safe.
/// </summary>
internal sealed class MembershipBuilder(
    MembershipState state, ImmutableSortedDictionary<NodeId, MemberRecord> members, ModelDraft model, KeyspaceBuilder keyspace)
{
    private readonly MembershipDraft _draft = new(state, members, model);

    /// <summary>The registered members.</summary>
    public ImmutableSortedDictionary<NodeId, MemberRecord> Members => _draft.Members;

    /// <summary>Why a command is refused below the level that knows it.</summary>
    public static Rejection BelowLevel(int featureLevel) => new(
        RejectionReason.FeatureLevel,
        $"changes of members need feature level {MembershipCommand.FirstFeatureLevel}, and {featureLevel} is in force until every " +
        "member runs a newer executable");

    /// <summary>Executes one command; a refused one changes nothing.</summary>
    public Outcome Execute(MembershipCommand command) => End(Run(command), command.GetType().Name);

    /// <summary>Takes in a member that says who it is, or notes what has changed of it.</summary>
    public Outcome Register(MemberRecord member, int featureLevel) => End(JoinRules.Register(_draft, member, featureLevel), nameof(Register));

    /// <summary>Learns who votes.</summary>
    public void SetVoters(ImmutableSortedSet<NodeId> voters)
    {
        VoteRules.Apply(_draft, voters);
        End(null, nameof(SetVoters));
    }

    /// <summary>Writes the view of the members that were there before feature level 4.</summary>
    public void Begin()
    {
        _draft.State = _draft.State with { };
        _draft.ChangedMembers.UnionWith(_draft.Members.Keys);
        End(null, nameof(Begin));
    }

    /// <summary>Makes the membership that of a cluster which is made of a snapshot, or of one member's disk.</summary>
    /// <param name="buryAll">Whether all old members are remembered as removed.</param>
    public void Restore(bool buryAll)
    {
        RemovalRules.Restore(_draft, buryAll);
        End(null, nameof(Restore));
    }

    public MembershipState ToState() => _draft.ToState();

    private Outcome End(Rejection? refused, string what)
    {
        if (refused is not null)
        {
            return _draft.IsChanged || model.IsChanged || _draft.Standings.Changed.Count + _draft.ChangedMembers.Count > 0
                ? throw new InvalidOperationException($"{what} was refused ({refused.Detail}) half done")
                : refused;
        }

        RedundancyRules.Note(_draft);
        ModelPublisher.Publish(model, keyspace);
        MembershipPublisher.Publish(_draft, keyspace);
        keyspace.EndTransaction();
        Outcome outcome = model.Added is { } added
            ? new AddedOutcome(keyspace.Revision, added.First, added.Count)
            : new DoneOutcome(keyspace.Revision);
        model.EndCommand();
        _draft.EndCommand();
        return outcome;
    }

    private Rejection? Run(MembershipCommand command) => command switch
    {
        SetTargetCommand set => TargetRules.Set(_draft, set),
        AddMemberCommand add => NewcomerRules.Add(_draft, add),
        ReplaceMemberCommand replace => StandingRules.Replace(_draft, replace),
        MarkMemberLostCommand lost => StandingRules.Lose(_draft, lost),
        MarkMemberReturnedCommand returned => StandingRules.Return(_draft, returned.Id),
        AnnounceStopCommand stop => StandingRules.Announce(_draft, stop),
        BeginOperationCommand begin => OperationRules.Begin(_draft, begin),
        TurnOperationCommand turn => OperationRules.Turn(_draft, turn),
        SubstituteCommand substitute => OperationRules.Substitute(_draft, substitute),
        FinishOperationCommand finish => OperationRules.Finish(_draft, finish.OperationId),
        RemoveMemberCommand remove => RemovalRules.Remove(_draft, remove),
        SetHealingPauseCommand pause => HealingRules.Pause(_draft, pause),
        NoteDecisionCommand note => HealingRules.Note(_draft, note),
        _ => throw new InvalidOperationException($"an unknown command {command.GetType().Name}"),
    };
}
