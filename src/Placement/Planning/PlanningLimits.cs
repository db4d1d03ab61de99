using StateServer.Domain.Model;

namespace StateServer.Placement.Planning;

/// <summary>The times and bounds that plans are made by.</summary>
public static class PlanningLimits
{
    /// <summary>Most steps of one plan: some 100 ms of planning at the slowest that was measured. What is left is for the next look.</summary>
    public const int MostSteps = 1000;

    /// <summary>Most refused machines that one decision lists by name: what an operator reads; the rest is counted.</summary>
    public const int MostMachinesListed = 16;

    /// <summary>How long a capacity failure is remembered, and a zone that fell silent left alone.</summary>
    public const long CapacityMemoryMilliseconds = ModelLimits.ZoneFailureMilliseconds;

    /// <summary>The pause after all zones failed for the first time: Juju's ten seconds between retries.</summary>
    public const long FirstBackOffMilliseconds = 10_000;

    /// <summary>The longest such pause: by then each failure is forgotten anyway.</summary>
    public const long LongestBackOffMilliseconds = CapacityMemoryMilliseconds;

    /// <summary>How long a launched machine may take until its agent is heard: clouds boot within minutes, and bare images install packages.</summary>
    public const long StartGraceMilliseconds = 600_000;

    /// <summary>How many machines must be silent at once to be many: one is one, however small the environment.</summary>
    public const int FewestSilentThatAreMany = 2;
}
