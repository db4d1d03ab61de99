using System.Collections.Immutable;
using StateServer.Api.Model;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Preview;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Reports.Members;

namespace StateServer.Hosting.Placement;

/// <summary>The leader's planner with what the loop saw last, asked without acting. Thread-safe.</summary>
/// <param name="loop">Has the observation.</param>
/// <param name="book">Has the decisions that were taken.</param>
internal sealed class PlannerPreview(ReconciliationLoop loop, DecisionBook book) : IPlanPreview
{
    /// <inheritdoc/>
    public ValueTask<PlanPreview> PlanAsync(ReplicatedState state, CancellationToken cancellationToken)
    {
        var plan = Planner.Make(Input(state));
        ImmutableArray<PlanPreviewStep> steps =
        [
            .. plan.Steps.Select(step => new PlanPreviewStep(
                step.ToString()!,
                [.. plan.Report.Decisions.Where(decision => decision.Chosen == step.ToString()).SelectMany(Reasons)])),
        ];
        return ValueTask.FromResult(new PlanPreview(steps, Awaited(plan.Report)));
    }

    /// <inheritdoc/>
    public ImmutableArray<UnitName> ChooseUnitsToRemove(ReplicatedState state, ServiceName service, int count) =>
        RemovalChoice.ChooseUnitsToRemove(PlacementIndex.Of(state.Model), service, count);

    /// <inheritdoc/>
    public ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, UnitName unit, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Explanation(state, decision => decision.Unit == unit, book.About(unit)));

    /// <inheritdoc/>
    public ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, MachineId machine, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Explanation(state, decision => decision.Unit is null && decision.Machine == machine, book.About(machine)));

    /// <inheritdoc/>
    public ValueTask<PlacementExplanation> ExplainAsync(ReplicatedState state, NodeId member, CancellationToken cancellationToken)
    {
        if (loop.LastMembersInput is null)
        {
            throw Unavailable();
        }

        MemberDecision? decision = book.Members.About(member);
        string[] awaited = [book.Members.Stopped, decision?.Awaits ?? ""];
        bool wasChosen = decision is { Chosen.Length: > 0 };
        Zone? chosen = wasChosen ? MemberNames.ZoneChosenFor(state, member) : null;
        ImmutableArray<PlacementCandidate> zones =
        [
            .. (decision?.Zones ?? []).Select(zone => new PlacementCandidate(
                zone.Zone.Name,
                zone.Zone == chosen,
                zone.Rule ?? "",
                zone.Reason ?? "",
                [new("members", zone.Group), new("all-machines", zone.Machines)])),
        ];
        return ValueTask.FromResult(new PlacementExplanation(
            zones, [], [.. awaited.Where(line => line.Length > 0).Select(line => MemberNames.InWords(state, line))])
        {
            Decided = wasChosen ? MemberNames.InWords(state, decision!.Chosen) : "",
        });
    }

    /// <inheritdoc/>
    public AvailabilityForecast Forecast(ReplicatedState state) =>
        loop.LastMembersInput is { } input ? AvailabilityPreview.Of(input, state) : throw Unavailable();

    private PlanUnavailableException Unavailable() =>
        new(book.Waits.Length > 0 ? book.Waits : "this member does not lead; the leader plans");

    private static ImmutableArray<string> Awaited(PlanReport report) =>
    [
        .. ((string[])[report.Paused]).Where(line => line.Length > 0),
        .. report.Decisions
            .Where(decision => decision.Awaits.Length > 0)
            .Select(decision => $"{Subject(decision)}: {decision.Awaits}{(decision.OthersAlike > 0 ? $" ({decision.OthersAlike} more units alike)" : "")}"),
    ];

    private static string Subject(Decision decision) => decision.Unit is { } unit ? $"unit {unit}" : $"machine {decision.Machine}";

    private static IEnumerable<string> Reasons(Decision decision) =>
    [
        .. decision.Zones.Select(zone => zone.Rule is { } rule
            ? $"zone {zone.Zone}: left out by {rule}: {zone.Reason}"
            : $"zone {zone.Zone}: {zone.Group} of the group, {zone.Machines} machine{(zone.Machines == 1 ? "" : "s")}"),
        .. decision.Machines.Select(machine => machine.Rule is { } rule
            ? $"machine {machine.Machine}: left out by {rule}: {machine.Reason}"
            : $"machine {machine.Machine}: chosen"),
        .. decision.MachinesNotListed > 0 ? (string[])[$"{decision.MachinesNotListed} more machines left out"] : [],
    ];

    private PlacementExplanation Explanation(ReplicatedState state, Predicate<Decision> isAbout, Decision? taken)
    {
        // What is undecided is planned now; what was decided is told as it was, but for what it awaited then.
        var decision = Planner.Make(Input(state)).Report.Decisions.FirstOrDefault(decision => isAbout(decision))
            ?? (taken is null ? null : taken with { Awaits = "" });
        if (decision is null)
        {
            return new([], [], []);
        }

        var chosen = decision.Zones.Where(zone => zone.Rule is null).OrderBy(zone => zone.Group).ThenBy(zone => zone.Machines).ThenBy(zone => zone.Zone)
            .Select(zone => (Zone?)zone.Zone).FirstOrDefault();
        return new(
            [
                .. decision.Zones.Select(zone => new PlacementCandidate(
                    zone.Zone.Name,
                    decision.Chosen.Length > 0 && zone.Zone == chosen,
                    zone.Rule ?? "",
                    zone.Reason ?? "",
                    [new("group-population", zone.Group), new("all-machines", zone.Machines)])),
            ],
            [
                .. decision.Machines.Select(machine => new PlacementCandidate(
                    machine.Machine.ToString(), machine.Rule is null, machine.Rule ?? "", machine.Reason ?? "", [])),
            ],
            [.. ((string[])[decision.Awaits, book.Paused, book.Waits]).Where(line => line.Length > 0)]);
    }

    private PlanningInput Input(ReplicatedState state) => loop.LastInput is { } input
        ? input with
        {
            Model = state.Model,
            Zones = [.. input.Zones.Select(zone => zone with
            {
                ExhaustedUntilMilliseconds = state.Model.Zones.GetValueOrDefault(zone.Zone)?.AvoidUntilMilliseconds ?? 0,
            })],
        }
        : throw Unavailable();
}
