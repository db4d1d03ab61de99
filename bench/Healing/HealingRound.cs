using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Bench.Load;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;
using StateServer.Protos.Operator;

namespace StateServer.Bench.Healing;

/// <summary>One event on one cluster, under load, to its end.</summary>
/// <param name="cluster">It serves, and is whole.</param>
/// <param name="number">Of the rounds on this cluster, from 0.</param>
internal sealed class HealingRound(HealingCluster cluster, int number)
{
    /// <summary>Silence, start, a million keys to be taught on busy cores, two votes: six times of what is asked for.</summary>
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);

    private readonly string _prefix = PrefixOf(number);

    /// <summary>The prefix of a round's puts.</summary>
    public static string PrefixOf(int number) => $"bench/healing/{number:D3}/";

    /// <summary>Measures it.</summary>
    /// <exception cref="TargetFailedException">It didn't end well.</exception>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(HealingEvent befalls, CancellationToken cancellationToken)
    {
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        return befalls switch
        {
            HealingEvent.LeaderKilled => await LoseAsync(leader, cancellationToken),
            HealingEvent.FollowerKilled => await LoseAsync(FollowerOf(leader), cancellationToken),
            HealingEvent.LeaderReplaced => await ReplaceAsync(leader, cancellationToken),
            _ => await TransferAsync(leader, cancellationToken),
        };
    }

    private TargetMember FollowerOf(TargetMember leader)
    {
        TargetMember[] followers = [.. cluster.Members.Where(member => member != leader)];
        return followers[number % followers.Length];
    }

    private async Task<IReadOnlyList<Figure>> LoseAsync(TargetMember victim, CancellationToken cancellationToken)
    {
        // The load goes to the members that survive: what is measured is the cluster, not a client's search for it.
        string[] survivors = OthersThan(victim);
        await using WriteGap gap = await WriteGap.BeginAsync(survivors, _prefix, cancellationToken);
        gap.Open();
        await cluster.KillAsync(victim, cancellationToken);
        HealingProgress progress = await WaitUntilWholeAsync(victim, survivors, gap, cancellationToken);
        IReadOnlyList<Figure> seen = await gap.EndLossAsync(cancellationToken);
        await gap.VerifyAsync(cluster, cancellationToken);
        return [new Figure("declared lost", "s", Seconds(progress.DeclaredLost)), .. Steps(progress), .. seen];
    }

    private async Task<IReadOnlyList<Figure>> ReplaceAsync(TargetMember leader, CancellationToken cancellationToken)
    {
        string[] others = OthersThan(leader);
        await using WriteGap gap = await WriteGap.BeginAsync(others, _prefix, cancellationToken);
        using GrpcChannel channel = Connections.Open(others[0]);
        gap.Open();
        await new Membership.MembershipClient(channel).ReplaceMemberAsync(
            new ReplaceMemberRequest { Member = IdOf(leader) }, Options(cancellationToken));
        HealingProgress progress = await WaitUntilWholeAsync(leader, others, gap, cancellationToken);
        IReadOnlyList<Figure> seen = await gap.EndAsync(cancellationToken);
        await gap.VerifyAsync(cluster, cancellationToken);
        return [.. Steps(progress), gap.AtHandOver(progress.AnotherLed!.Value), .. seen];
    }

    private async Task<IReadOnlyList<Figure>> TransferAsync(TargetMember leader, CancellationToken cancellationToken)
    {
        // Nobody goes: clients of the one that led are served by it as before.
        await using WriteGap gap = await WriteGap.BeginAsync([.. cluster.Endpoints], _prefix, cancellationToken);
        using GrpcChannel channel = Connections.Open(leader.Endpoint);
        gap.Open();
        await new Membership.MembershipClient(channel).TransferLeadershipAsync(new TransferLeadershipRequest(), Options(cancellationToken));
        TargetMember now = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        await gap.CloseAsync(cancellationToken);
        IReadOnlyList<Figure> seen = await gap.EndAsync(cancellationToken);
        await gap.VerifyAsync(cluster, cancellationToken);
        return now.Id != leader.Id ? seen : throw new TargetFailedException("the same member leads as before the transfer");
    }

    private async Task<HealingProgress> WaitUntilWholeAsync(
        TargetMember gone, string[] staying, WriteGap gap, CancellationToken cancellationToken)
    {
        HealingProgress progress = new(gone.Id, cluster.Size);
        using HealingWatch watch = new(staying);
        await watch.WaitUntilWholeAsync(progress, gap.Since, WholeLimit, cancellationToken);
        await gap.CloseAsync(cancellationToken);
        await cluster.RefreshAsync(cancellationToken);
        return progress;
    }

    private string[] OthersThan(TargetMember member) => [.. cluster.Endpoints.Where(endpoint => endpoint != member.Endpoint)];

    private static IEnumerable<Figure> Steps(HealingProgress progress) =>
    [
        new Figure("joined", "s", Seconds(progress.Joined)),
        new Figure("vote", "s", Seconds(progress.Voted)),
        new Figure("whole", "s", Seconds(progress.Whole)),
    ];

    private static double Seconds(TimeSpan? step) => step!.Value.TotalSeconds;

    private static string IdOf(TargetMember member) => member.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static CallOptions Options(CancellationToken cancellationToken) =>
        new(null, TimeProvider.System.GetUtcNow().UtcDateTime + CallLimit, cancellationToken);
}
