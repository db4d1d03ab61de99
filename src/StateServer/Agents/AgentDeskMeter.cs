using System.Diagnostics.Metrics;

namespace StateServer.Agents;

/// <summary>What the leader's desk for agents counts.</summary>
internal static class AgentDeskMeter
{
    private static readonly Meter Meter = new("StateServer.Agents");

    /// <summary>Streams of agents.</summary>
    public static readonly UpDownCounter<int> Sessions = Meter.CreateUpDownCounter<int>(
        "stateserver.agents.sessions", "{session}", "Agents whose streams end at this member");

    /// <summary>Looks at the model that failed.</summary>
    public static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "stateserver.agents.failures", "{failure}", "Pushes of assignments that failed, by cause");
}
