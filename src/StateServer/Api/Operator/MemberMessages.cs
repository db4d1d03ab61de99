using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Membership;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Operator;

/// <summary>Members as messages, from the replicated state and, on the leader, from what it hears. Thread-safe.</summary>
/// <param name="replica">This member.</param>
/// <param name="control">What it hears while it leads.</param>
/// <param name="options">How long a silence is none.</param>
internal sealed class MemberMessages(IReplica replica, IMembershipControl control, ReplicaOptions options)
{
    /// <summary>All members, in id order.</summary>
    public ImmutableArray<Wire.Member> Of(ReplicatedState state)
    {
        NodeId leader = replica.Position.Leader;
        Dictionary<NodeId, MemberReach> reaches = control.Reaches.ToDictionary(reach => reach.Id);
        return [.. MemberNames.All(state).Select(id => Of(state, id, leader, reaches.GetValueOrDefault(id)))];
    }

    /// <summary>Whether it votes and is to, in Juju's words.</summary>
    internal static string VoteOf(MembershipState membership, NodeId id)
    {
        bool votes = membership.Voters.IsEmpty || membership.Voters.Contains(id);
        bool wants = membership.MarkOf(id) is MemberMark.Member or MemberMark.Requested;
        return (votes, wants) switch
        {
            (true, true) => "has-vote",
            (false, true) => "adding-vote",
            (true, false) => "removing-vote",
            _ => "no-vote",
        };
    }

    /// <summary>The change of votes under way, in one line; empty for none.</summary>
    internal static string OperationOf(ReplicatedState state)
    {
        if (state.Membership.Operation is not { } operation)
        {
            return "";
        }

        string what = operation.Kind switch
        {
            OperationKind.Grow => "growing",
            OperationKind.Swap => "swapping",
            _ => "shrinking",
        };
        string next = operation.NextChange(state.Membership.Voters) switch
        {
            { Kind: VoteChangeKind.Promote } change => $"{MemberNames.NameOf(state, change.Node)} gets its vote next",
            { Kind: VoteChangeKind.Remove } change => $"{MemberNames.NameOf(state, change.Node)} loses its vote next",
            _ => "all its changes are made",
        };
        return $"{what}{(operation.Undoing ? ", being taken back" : "")}: {next} ({operation.Reason})";
    }

    private Wire.Member Of(ReplicatedState state, NodeId id, NodeId leader, MemberReach? reach)
    {
        state.Members.TryGetValue(id, out MemberRecord? record);
        state.Membership.Standings.TryGetValue(id, out MemberStanding? standing);
        bool isSilent = reach is not null && reach.SilentFor > options.ElectionTimeoutHigh;
        var message = new Wire.Member
        {
            Id = id.Value,
            Name = MemberNames.NameOf(state, id),
            Zone = MemberNames.ZoneOf(state, id)?.Name ?? "",
            Vote = record is null && standing is { Mark: MemberMark.Requested } ? "adding-vote" : VoteOf(state.Membership, id),
            Phase = MemberPhases.Of(state, id, isSilent)?.ToString().ToLowerInvariant() ?? "",
            Reason = reach?.Problem ?? standing?.Reason ?? "",
            Leads = id == leader,
            AwayUntilMilliseconds = standing?.AwayUntilMilliseconds ?? 0,
            PeerAddress = record?.PeerAddress ?? "",
        };
        message.ClientUrls.AddRange(record?.ClientUrls ?? []);
        if (MemberNames.MachineOf(state, id) is { } machine)
        {
            message.Machine = machine.ToString();
        }

        if (reach is { IsVoter: false })
        {
            message.LearnedPercent = (int)(reach.LearnedShare * 100);
        }

        if (standing?.Replaces is { } replaced)
        {
            message.Replaces = replaced.Value;
        }

        return message;
    }
}
