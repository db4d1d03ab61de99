using StateServer.Protos.Operator;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>What a fault may use.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Random">This one fault's own, seeded by the schedule.</param>
/// <param name="Voters">How many voters there are to be when all is over.</param>
internal sealed record MembershipContext(HealingCluster Cluster, Random Random, int Voters)
{
    /// <summary>Longer than a loss, a start and a swap take on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks for a moment that passes quickly.</summary>
    public static TimeSpan Glance { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A time between the bounds, from the seed.</summary>
    public TimeSpan Between(double lowSeconds, double highSeconds) =>
        TimeSpan.FromSeconds(lowSeconds + (Random.NextDouble() * (highSeconds - lowSeconds)));

    /// <summary>Waits so long, or until the token is cancelled.</summary>
    public static async Task HoldAsync(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Waits until so many voters may be lost at once without the quorum, and somebody leads.</summary>
    /// <returns>What was told of the members; null where that didn't come.</returns>
    public Task<ListMembersResponse?> MayLoseAsync(int losses, CancellationToken cancellationToken) => Cluster.AwaitAsync(
        answer => answer.Members.Any(member => IsVoter(member) && member.Leads) && KeepsQuorum(answer, losses), Patience, cancellationToken);

    /// <summary>Whether those of the voters that are well are a majority without so many of them, and without one that is named.</summary>
    public bool KeepsQuorum(ListMembersResponse answer, int losses, ulong without = 0)
    {
        Member[] voters = [.. answer.Members.Where(IsVoter)];
        IReadOnlyList<ServerProcess> processes = Cluster.Processes();
        int well = voters.Count(voter => voter.Phase == "voting" && voter.Id != without && Cluster.ProcessOf(voter, processes) is not null);
        return well - losses > voters.Length / 2;
    }

    /// <summary>Whether a member has a vote.</summary>
    public static bool IsVoter(Member member) => member.Vote is "has-vote" or "removing-vote";

    /// <summary>A voter that runs and leads, or doesn't; null where there is none.</summary>
    public Member? Choose(IEnumerable<Member> members, bool leads)
    {
        IReadOnlyList<ServerProcess> processes = Cluster.Processes();
        Member[] found = [.. members.Where(member => IsVoter(member) && member.Leads == leads && Cluster.ProcessOf(member, processes) is not null)];
        return found.Length == 0 ? null : found[Random.Next(found.Length)];
    }

    /// <summary>kill -9 of a member for good.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> KillAsync(Member member) => Cluster.ProcessOf(member) is { } process && await HealingCluster.KillAsync([process]);

    /// <summary>Asks that another be put in a member's place.</summary>
    /// <returns>Whether that was taken.</returns>
    public async Task<bool> ReplaceAsync(Member member, CancellationToken cancellationToken) => await Cluster.AskAsync(
        (client, options) => client.ReplaceMemberAsync(new ReplaceMemberRequest { Member = member.Name }, options), cancellationToken) is not null;

    /// <summary>The member that is to take another's place, and its process; null where none came to run.</summary>
    public async Task<(Member Member, ServerProcess Process)?> NewcomerAsync(Member lost, CancellationToken cancellationToken)
    {
        (Member, ServerProcess)? found = null;
        await Cluster.AwaitAsync(
            answer =>
            {
                foreach (Member member in answer.Members.Where(member => member.HasReplaces && member.Replaces == lost.Id))
                {
                    found = Cluster.ProcessOf(member) is { } process ? (member, process) : found;
                }

                return found is not null;
            },
            Patience,
            cancellationToken);
        return found;
    }

    /// <summary>What the members are in the middle of, in a few words; null where nothing is under way.</summary>
    public static string? UnderWay(ListMembersResponse answer)
    {
        Member? newcomer = answer.Members.FirstOrDefault(member => !IsVoter(member) && member.Vote == "adding-vote");
        Member? leaving = answer.Members.FirstOrDefault(member => member.Vote is "removing-vote" or "no-vote" && member.Phase != "lost");
        return answer.Operation.Length > 0 ? $"votes change: {answer.Operation}"
            : newcomer is not null ? $"{newcomer.Name} is {newcomer.Phase}"
            : leaving is not null ? $"{leaving.Name} leaves"
            : answer.Members.Count(IsVoter) != answer.Target ? $"{answer.Members.Count(IsVoter)} of {answer.Target} vote"
            : null;
    }
}
