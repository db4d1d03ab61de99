using StateServer.Consensus.Membership;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;

namespace StateServer.Reports.Members;

/// <summary>Tells how members stand, and why, from the replicated state and what the leader hears. Pure.</summary>
/// <param name="state">The state; of feature level 4 or more, else nothing is told.</param>
/// <param name="sight">What the leader hears.</param>
/// <param name="now">For what is left of times.</param>
internal sealed class MemberDetails(ReplicatedState state, LeaderSight sight, DateTimeOffset now)
{
    /// <summary>How a member stands.</summary>
    /// <param name="id">The member.</param>
    /// <param name="status">What it said itself; null where it didn't answer, or was not asked.</param>
    /// <param name="isSilent">Whether it isn't heard.</param>
    public MemberDetail Of(NodeId id, MemberStatus? status, bool isSilent)
    {
        if (state.FeatureLevel < MembershipLevel)
        {
            return MemberDetail.None;
        }

        MemberPhase? phase = MemberPhases.Of(state, id, isSilent);
        MemberStanding? standing = state.Membership.Standings.GetValueOrDefault(id);
        MemberReach? reach = sight.Of(id);
        bool isLearner = phase == MemberPhase.Learning && reach is { IsVoter: false };
        string? illness = Illness(id, status, reach);
        return new MemberDetail
        {
            Phase = phase?.ToString().ToLowerInvariant(),
            Reason = Reason(id, phase, standing, reach, illness),
            LearnedPercent = isLearner ? Percent(reach!) : null,
            LearnedInSeconds = isLearner && !reach!.IsCaughtUp ? Seconds(reach.LearnedIn) : null,
            Degraded = illness is not null,
            Machine = MemberNames.MachineOf(state, id)?.ToString(),
            Replaces = standing?.Replaces?.ToString(),
            AwayUntil = standing is { AwayUntilMilliseconds: > 0 } && Remaining(standing) > 0
                ? DateTimeOffset.FromUnixTimeMilliseconds(standing.AwayUntilMilliseconds)
                : null,
        };
    }

    /// <summary>How far a learner is, such as <c>learning 83 %, 4 s left</c>.</summary>
    public static string Learning(MemberReach reach) =>
        reach.Problem is { } problem ? $"learning {Percent(reach)} %; nothing reaches it now: {problem}"
        : reach.IsCaughtUp ? "caught up"
        : $"learning {Percent(reach)} %{(Seconds(reach.LearnedIn) is { } left ? $", {Words(left)} left" : "")}";

    private static int MembershipLevel => Domain.Commands.Membership.MembershipCommand.FirstFeatureLevel;

    private string? Reason(NodeId id, MemberPhase? phase, MemberStanding? standing, MemberReach? reach, string? illness)
    {
        string? why = phase switch
        {
            MemberPhase.Requested or MemberPhase.Provisioning or MemberPhase.Starting => Launching(id),
            MemberPhase.Learning => reach is { IsVoter: false } ? Learning(reach) : null,
            MemberPhase.Suspect => Silence(standing, reach),
            MemberPhase.Lost => MemberNames.InWords(state, standing!.Reason),
            _ => null,
        };
        string? more = standing?.Mark switch
        {
            MemberMark.Requested when standing.Replaces is { } old => $"takes the place of {MemberNames.NameOf(state, old)}",
            MemberMark.Leaving => $"it leaves: {MemberNames.InWords(state, standing.Reason)}",
            _ => null,
        };
        string[] all = [.. new[] { why, illness, more }.OfType<string>().Where(line => line.Length > 0)];
        return all.Length == 0 ? null : string.Join("; ", all);
    }

    private string Launching(NodeId id)
    {
        if (MemberNames.MachineOf(state, id) is not { } number || !state.Model.Machines.TryGetValue(number, out MachineRecord? machine))
        {
            return "it is expected; start it with 'stateserver server --join'";
        }

        string where = machine.Zone is { } zone ? $" in zone {zone}" : "";
        return machine.Status switch
        {
            MachineStatus.Pending => $"machine {number} waits to be launched{where}{(machine.Message.Length > 0 ? $": {machine.Message}" : "")}",
            MachineStatus.Launching => $"machine {number} is launched{where}, attempt {machine.Attempts[^1].Number}",
            _ => $"machine {number} runs{where}, and the member has not joined yet",
        };
    }

    private string? Silence(MemberStanding? standing, MemberReach? reach)
    {
        string? silent = reach is null ? null : $"silent for {Words((long)reach.SilentFor.TotalSeconds)}";
        return standing is { AwayUntilMilliseconds: > 0 } && Remaining(standing) is > 0 and var left
            ? $"{(silent is null ? "" : $"{silent}; ")}it announced its stop, and has {Words((left + 999) / 1000)} to come back"
            : silent;
    }

    private string? Illness(NodeId id, MemberStatus? status, MemberReach? reach) =>
        status is { Notes.IsDiskSlow: true } || (id == sight.Leader && sight.Notes.IsDiskSlow) ? "degraded: its disk stalls"
        : sight.Notes.Laggards.Contains(id) ? $"degraded: behind for minutes{(reach is null ? "" : $", by {reach.BehindEntries} entries")}"
        : null;

    private long Remaining(MemberStanding standing) => standing.AwayUntilMilliseconds - now.ToUnixTimeMilliseconds();

    private static int Percent(MemberReach reach) => Math.Min((int)(reach.LearnedShare * 100), reach.IsCaughtUp ? 100 : 99);

    private static long? Seconds(TimeSpan? left) => left is { } time ? (long)Math.Ceiling(time.TotalSeconds) : null;

    private static string Words(long seconds) => seconds < 120 ? $"{seconds} s" : $"{seconds / 60} min";
}
