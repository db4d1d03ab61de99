using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>The answer of <c>status</c>; its json form is a contract (docs/operations.md).</summary>
/// <param name="Cluster">The cluster as a whole.</param>
/// <param name="Members">The members, by name, then id.</param>
internal sealed record ClusterReport(ClusterSummary Cluster, ImmutableArray<MemberReport> Members);
