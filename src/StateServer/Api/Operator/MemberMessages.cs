using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Reports;
using StateServer.Reports.Formats;
using StateServer.Reports.Members;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Operator;

/// <summary>Members as messages, from the replicated state and what the leader hears. Thread-safe.</summary>
/// <param name="replica">This member.</param>
/// <param name="options">How long a silence is none.</param>
/// <param name="time">For what is left of times.</param>
internal sealed class MemberMessages(IReplica replica, ReplicaOptions options, TimeProvider time)
{
    /// <summary>All members, in id order.</summary>
    public ImmutableArray<Wire.Member> Of(ReplicatedState state, LeaderSight sight)
    {
        NodeId leader = replica.Position.Leader;
        var details = new MemberDetails(state, sight, time.GetUtcNow());
        return [.. MemberNames.All(state).Select(id => Of(state, id, leader, details.Of(id, null, sight.IsSilent(id, options.ElectionTimeoutHigh))))];
    }

    /// <summary>What is wanted of the members and under way; null below feature level 4.</summary>
    public Wire.MembershipStatus? WholeOf(ReplicatedState state, LeaderSight sight) =>
        state.FeatureLevel < Domain.Commands.Membership.MembershipCommand.FirstFeatureLevel
            ? null
            : MembershipMessages.ToMessage(MembershipReportBuilder.SummaryOf(state, sight, time.GetUtcNow()));

    /// <summary>The change of votes under way, in one line; empty for none.</summary>
    public string OperationOf(ReplicatedState state) =>
        MembershipReportBuilder.OperationOf(state, time.GetUtcNow()) is { } operation ? MembershipText.OperationWords(operation) : "";

    private static Wire.Member Of(ReplicatedState state, NodeId id, NodeId leader, MemberDetail detail)
    {
        state.Members.TryGetValue(id, out MemberRecord? record);
        bool votes = state.Membership.Voters.IsEmpty ? record is not null : state.Membership.Voters.Contains(id);
        var message = new Wire.Member
        {
            Id = id.Value,
            Name = MemberNames.NameOf(state, id),
            Zone = MemberNames.ZoneOf(state, id)?.Name ?? "",
            Vote = MembershipReportBuilder.VoteOf(votes, state.Membership.MarkOf(id)),
            Phase = detail.Phase ?? "",
            Reason = detail.Reason ?? "",
            Leads = id == leader,
            AwayUntilMilliseconds = detail.AwayUntil?.ToUnixTimeMilliseconds() ?? 0,
            PeerAddress = record?.PeerAddress ?? "",
            Degraded = detail.Degraded,
        };
        message.ClientUrls.AddRange(record?.ClientUrls ?? []);
        if (detail.Machine is { } machine)
        {
            message.Machine = machine;
        }

        if (detail.LearnedPercent is { } learned)
        {
            message.LearnedPercent = learned;
        }

        if (detail.LearnedInSeconds is { } left)
        {
            message.LearnedInSeconds = left;
        }

        if (state.Membership.Standings.GetValueOrDefault(id)?.Replaces is { } replaced)
        {
            message.Replaces = replaced.Value;
        }

        return message;
    }
}
