using StateServer.Bench.Report;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Healing;

/// <summary>
/// The same loss on a cluster that replaces nobody: until it takes writes again, and a while longer. Then the member is started
/// by hand, so that the next round finds the cluster as this one did.
/// </summary>
internal static class PeerRound
{
    /// <summary>Long enough for what comes behind an election.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(2);

    /// <summary>Measures it.</summary>
    /// <param name="cluster">It serves.</param>
    /// <param name="befalls">A loss.</param>
    /// <param name="number">Of the rounds on this cluster, from 0.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, HealingEvent befalls, int number, CancellationToken cancellationToken)
    {
        string prefix = HealingRound.PrefixOf(number);
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        TargetMember victim = befalls == HealingEvent.LeaderKilled
            ? leader
            : cluster.Members.Where(member => member != leader).ElementAt(number % (cluster.Size - 1));
        string[] survivors = [.. cluster.Endpoints.Where(endpoint => endpoint != victim.Endpoint)];
        await using WriteGap gap = await WriteGap.BeginAsync(survivors, prefix, cancellationToken);
        gap.Open();
        await cluster.KillAsync(victim, cancellationToken);
        await gap.CloseAsync(cancellationToken);
        await Task.Delay(Aftermath, cancellationToken);
        await gap.CloseAsync(cancellationToken);
        IReadOnlyList<Figure> seen = await gap.EndLossAsync(cancellationToken);
        await cluster.StartAsync(cancellationToken);
        await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        await gap.VerifyAsync(cluster, cancellationToken);
        return seen;
    }
}
