namespace StateServer.Bench.Report;

/// <summary>One workload on all targets.</summary>
internal sealed record WorkloadReport(string Workload, string Description, IReadOnlyList<TargetReport> Targets);
