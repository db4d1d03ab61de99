using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>Something to measure, done in the same way on each target.</summary>
internal abstract class Workload(string name, string description)
{
    /// <summary>Its name on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>What it does, in a line.</summary>
    public string Description { get; } = description;

    /// <summary>True: it is given a cluster of its own in each round, not started yet.</summary>
    public virtual bool WantsNewCluster => false;

    /// <summary>How many rounds each target gets.</summary>
    public virtual int Rounds(RunOptions options) => options.Rounds;

    /// <summary>Measures once, checks that nothing acknowledged is missing, and removes what it wrote.</summary>
    public abstract Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken);
}
