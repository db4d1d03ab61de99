using StateServer.Bench.Machine;

namespace StateServer.Bench.Report;

/// <summary>Everything a run measured.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Versions">Of each target.</param>
/// <param name="Workloads">What.</param>
internal sealed record RunReport(
    MachineDescription Machine, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<WorkloadReport> Workloads)
{
    /// <summary>True if every target did every workload.</summary>
    public bool AllSucceeded => Workloads.All(workload => workload.Targets.All(target => target.Failure is null));
}
