using System.Collections.Immutable;
using StateServer.Api.Model;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

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

    private static PlacementExplanation Explanation() => new(
        [
            new PlacementCandidate("a", true, "", "", [new PlacementScore("group", 1)]),
            new PlacementCandidate("b", false, "CordonedZone", "zone b is cordoned", []),
        ],
        [],
        ["a machine"]);
}
