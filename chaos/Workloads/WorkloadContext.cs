using System.Diagnostics;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Workloads;

/// <summary>What a workload may use.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Clients">How many clients at once.</param>
/// <param name="RatePerClient">Operations a second each at most.</param>
/// <param name="OutputFolder">Where histories go.</param>
/// <param name="Progress">Counts what ended, for the display and the report.</param>
internal sealed record WorkloadContext(
    ClusterUnderTest Cluster, int Seed, int Clients, double RatePerClient, string OutputFolder, RunProgress Progress)
{
    /// <summary>The time one call may take; past it the outcome is unknown.</summary>
    public static TimeSpan CallLimit { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Nanoseconds of the monotonic clock.</summary>
    public static long Now => Stopwatch.GetTimestamp() * (1_000_000_000L / Stopwatch.Frequency);

    /// <summary>Waits so that a client keeps to its rate.</summary>
    public Task PaceAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(1 / RatePerClient), cancellationToken).WaitAsync(cancellationToken)
            .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
