using System.Diagnostics.Metrics;

namespace StateServer.Agent;

/// <summary>What an agent counts.</summary>
internal static class AgentMeter
{
    private static readonly Meter Meter = new("StateServer.Agent");

    /// <summary>Units started again.</summary>
    public static readonly Counter<long> Restarts = Meter.CreateCounter<long>(
        "stateserver.agent.restarts", "{start}", "Times that a unit was started again after it ended");

    /// <summary>Streams that could not be opened or ended.</summary>
    public static readonly Counter<long> StreamsFailed = Meter.CreateCounter<long>(
        "stateserver.agent.streams_failed", "{stream}", "Streams to the leader that could not be opened, or ended");

    /// <summary>Assignments refused.</summary>
    public static readonly Counter<long> AssignmentsRefused = Meter.CreateCounter<long>(
        "stateserver.agent.assignments_refused", "{assignment}", "Assignments that were not for this machine, or made no sense");

    /// <summary>Reports dropped.</summary>
    public static readonly Counter<long> ReportsDropped = Meter.CreateCounter<long>(
        "stateserver.agent.reports_dropped", "{report}", "Reports that were dropped because too many waited");

    /// <summary>Looks at units that failed.</summary>
    public static readonly Counter<long> StepsFailed = Meter.CreateCounter<long>(
        "stateserver.agent.steps_failed", "{step}", "Times that looking after a unit failed");
}
