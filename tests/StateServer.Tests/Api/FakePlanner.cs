using System.Collections.Immutable;
using StateServer.Api.Model;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Preview;

namespace StateServer.StateServer.Tests.Api;

/// <summary>A planner that would place every unit, and has a reason.</summary>
internal sealed class FakePlanner : IPlanPreview
{
    internal int Asked { get; private set; }

    internal Exception? Fault { get; set; }

    public ValueTask<PlanPreview> PlanAsync(ReplicatedState state, CancellationToken cancellationToken)
    {
        Asked++;
        return Fault is { } fault
            ? throw fault
            : ValueTask.FromResult(new PlanPreview(
                [.. state.Model.Units.Keys.Select(u => new PlanPreviewStep($"place {u}", ["it is the emptiest zone"]))], ["something"]));
    }

    public ImmutableArray<UnitName> ChooseUnitsToRemove(ReplicatedState state, ServiceName service, int count) =>
        [.. state.Model.UnitsOf(service).Reverse().Take(count)];

    public ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, UnitName unit, CancellationToken cancellationToken) =>
        Fault is { } fault ? throw fault : ValueTask.FromResult(Explanation());

    public ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, MachineId machine, CancellationToken cancellationToken) =>
        Fault is { } fault ? throw fault : ValueTask.FromResult(Explanation());

    public ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, NodeId member, CancellationToken cancellationToken) =>
        Fault is { } fault ? throw fault : ValueTask.FromResult(Explanation() with { Decided = $"a step about {member}" });

    /// <summary>What the look ahead says; by default nothing would change.</summary>
    internal Func<ReplicatedState, AvailabilityForecast> Ahead { get; set; } = state =>
        new(MemberChanges.Between(state, state), [], state, MembershipReport.Nothing, "");

    public AvailabilityForecast Forecast(ReplicatedState state) => Fault is { } fault ? throw fault : Ahead(state);

    private static PlacementExplanation Explanation() => new(
        [
            new PlacementCandidate("a", true, "", "", [new PlacementScore("group", 1)]),
            new PlacementCandidate("b", false, "CordonedZone", "zone b is cordoned", []),
        ],
        [],
        ["a machine"]);
}
