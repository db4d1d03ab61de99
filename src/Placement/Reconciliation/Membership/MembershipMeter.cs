using System.Diagnostics;
using System.Diagnostics.Metrics;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>What the loop on the members counts, with the meter of <see cref="ReconciliationMeter"/>.</summary>
internal static class MembershipMeter
{
    private static readonly string[] GuardNames = ["contradiction", "paused", "quorum", "rate", "restored"];

    private static readonly Histogram<double> Detection = ReconciliationMeter.Meter.CreateHistogram<double>(
        "stateserver.membership.time_to_detect", "s", "From a member's last word to its loss in the log, as the leader counts it");

    private static readonly Histogram<double> Replacement = ReconciliationMeter.Meter.CreateHistogram<double>(
        "stateserver.membership.time_to_replace", "s", "From a member's loss in the log to the vote of its replacement");

    private static readonly Histogram<double> Redundancy = ReconciliationMeter.Meter.CreateHistogram<double>(
        "stateserver.membership.time_to_full_redundancy", "s", "How long redundancy was not full, when it is again");

    private static readonly Counter<long> Operations = ReconciliationMeter.Meter.CreateCounter<long>(
        "stateserver.membership.operations", "{operation}", "Operations on votes, by kind and outcome: done, undone, aborted");

    private static readonly Counter<long> Steps = ReconciliationMeter.Meter.CreateCounter<long>(
        "stateserver.membership.steps", "{step}", "Steps of the loop on the members, by kind and outcome");

    private static IReadOnlySet<string> _guards = new SortedSet<string>();

    private static readonly ObservableGauge<int> Guards = ReconciliationMeter.Meter.CreateObservableGauge(
        "stateserver.membership.guards", Held, "{guard}", "1 where a guard holds the loop on the members back, by guard");

    public static void Detected(long milliseconds) => Detection.Record(milliseconds / 1000.0);

    public static void Replaced(long milliseconds) => Replacement.Record(milliseconds / 1000.0);

    public static void Redundant(long milliseconds) => Redundancy.Record(milliseconds / 1000.0);

    /// <summary>An operation ended; its kind is called as status and the view call it.</summary>
    public static void Operation(OperationKind kind, string outcome) =>
        Operations.Add(1, new TagList { { "kind", kind.ToString().ToLowerInvariant() }, { "outcome", outcome } });

    public static void Step(string kind, string outcome) => Steps.Add(1, new TagList { { "kind", kind }, { "outcome", outcome } });

    /// <summary>What the last look's guards held back; nothing where this member doesn't lead.</summary>
    public static void Guarded(MembershipReport report)
    {
        _ = Guards;
        Volatile.Write(ref _guards, report.Guards);
    }

    private static IEnumerable<Measurement<int>> Held()
    {
        var held = Volatile.Read(ref _guards);
        return GuardNames.Select(name => new Measurement<int>(held.Contains(name) ? 1 : 0, new KeyValuePair<string, object?>("guard", name)));
    }
}
