using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace StateServer.Placement.Reconciliation;

/// <summary>What the loop counts. The process's exporters find it by <see cref="Name"/>.</summary>
public static class ReconciliationMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "StateServer.Placement";

    internal static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Rounds = Meter.CreateCounter<long>(
        "stateserver.placement.rounds", "{round}", "Looks of this member, as leader, at model and provider, by whether it failed");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>(
        "stateserver.placement.steps", "{step}", "Commands that the loop proposed, by kind and outcome");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "stateserver.placement.failures", "{failure}", "What went wrong in the loop, by cause");

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "stateserver.placement.provider.calls", "{call}", "Calls of the provider, by kind and outcome");

    private static readonly UpDownCounter<int> Launches = Meter.CreateUpDownCounter<int>(
        "stateserver.placement.launches.pending", "{launch}", "Launch attempts that are under way");

    private static readonly UpDownCounter<int> Terminations = Meter.CreateUpDownCounter<int>(
        "stateserver.placement.terminations.pending", "{termination}", "Instances that are being ended");

    private static int _paused;

    private static readonly ObservableGauge<int> Pauses = Meter.CreateObservableGauge(
        "stateserver.placement.paused", () => Volatile.Read(ref _paused), "{pause}", "1 where this member, as leader, moves no units because too many agents are silent at once");

    internal static void Paused(bool isPaused)
    {
        _ = Pauses;
        Volatile.Write(ref _paused, isPaused ? 1 : 0);
    }

    internal static void Round(bool failed) => Rounds.Add(1, new KeyValuePair<string, object?>("failed", failed));

    internal static void Step(string kind, string outcome) => Steps.Add(1, new TagList { { "kind", kind }, { "outcome", outcome } });

    internal static void Failure(string cause) => Failures.Add(1, new KeyValuePair<string, object?>("cause", cause));

    internal static void Call(string call, string outcome) => Calls.Add(1, new TagList { { "call", call }, { "outcome", outcome } });

    internal static void Launching(int change) => Launches.Add(change);

    internal static void Terminating(int change) => Terminations.Add(change);
}
