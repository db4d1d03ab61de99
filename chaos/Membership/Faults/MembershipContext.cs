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

    /// <summary>A time between the bounds, from the seed.</summary>
    public TimeSpan Between(double lowSeconds, double highSeconds) =>
        TimeSpan.FromSeconds(lowSeconds + (Random.NextDouble() * (highSeconds - lowSeconds)));

    /// <summary>Waits so long, or until the token is cancelled.</summary>
    public static async Task HoldAsync(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Waits until so many voters may be lost at once without the quorum, and somebody leads.</summary>
    /// <returns>The members; null where that didn't come.</returns>
    public Task<IReadOnlyList<Member>?> MayLoseAsync(int losses, CancellationToken cancellationToken) => Cluster.AwaitAsync(
        answer =>
        {
            Member[] voters = [.. answer.Members.Where(IsVoter)];
            int alive = voters.Count(voter => voter.Phase == "voting" && Cluster.ProcessOf(voter) is not null);
            return alive - losses > voters.Length / 2 && voters.Any(voter => voter.Leads);
        },
        Patience,
        cancellationToken);

    /// <summary>Whether a member has a vote.</summary>
    public static bool IsVoter(Member member) => member.Vote is "has-vote" or "removing-vote";

    /// <summary>A voter that runs and leads, or doesn't; null where there is none.</summary>
    public Member? Choose(IEnumerable<Member> members, bool leads)
    {
        Member[] found = [.. members.Where(member => IsVoter(member) && member.Leads == leads && Cluster.ProcessOf(member) is not null)];
        return found.Length == 0 ? null : found[Random.Next(found.Length)];
    }

    /// <summary>kill -9 of a member for good.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> KillAsync(Member member) => Cluster.ProcessOf(member) is { } process && await HealingCluster.KillAsync([process]);

    /// <summary>The member that is to take another's place, and runs; null where none came.</summary>
    public async Task<ServerProcess?> NewcomerAsync(Member lost, CancellationToken cancellationToken)
    {
        ServerProcess? found = null;
        await Cluster.AwaitAsync(
            answer => (found = answer.Members.Where(member => member.HasReplaces && member.Replaces == lost.Id).Select(Cluster.ProcessOf).OfType<ServerProcess>().FirstOrDefault()) is not null,
            Patience,
            cancellationToken);
        return found;
    }
}
