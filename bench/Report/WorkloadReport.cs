namespace StateServer.Bench.Report;

/// <summary>One workload on all targets.</summary>
internal sealed record WorkloadReport(string Workload, string Description, IReadOnlyList<TargetReport> Targets)
{
    /// <summary>False where the rows aren't the same work of different targets, so that their quotients say nothing.</summary>
    public bool ComparesTargets { get; init; } = true;
}
