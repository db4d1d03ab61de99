using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>The answer of <c>status</c>; its json form is a contract (docs/operations.md).</summary>
/// <param name="Cluster">The cluster as a whole.</param>
/// <param name="Members">The members, by name, then id.</param>
internal sealed record ClusterReport(ClusterSummary Cluster, ImmutableArray<MemberReport> Members)
{
    /// <summary>The environment; null where none was bootstrapped, or the model could not be read.</summary>
    public EnvironmentReport? Environment { get; init; }

    /// <summary>The machines, by number.</summary>
    public ImmutableArray<MachineReport> Machines { get; init; } = [];

    /// <summary>The services, by name.</summary>
    public ImmutableArray<ServiceReport> Services { get; init; } = [];

    /// <summary>The units, by service and number.</summary>
    public ImmutableArray<UnitReport> Units { get; init; } = [];

    /// <summary>The zones of which something is remembered, by name.</summary>
    public ImmutableArray<ZoneReport> Zones { get; init; } = [];

    /// <summary>What is wanted of the members and under way; null below feature level 4.</summary>
    public MembershipSummary? Membership { get; init; }
}
