namespace StateServer.Chaos.Faults;

/// <summary>Targets in words.</summary>
internal static class FaultTargets
{
    /// <summary>As the end of a fault's name.</summary>
    public static string Word(this FaultTarget target) => target.ToString().ToLowerInvariant();

    /// <summary>As in a sentence.</summary>
    public static string Phrase(this FaultTarget target) => target switch
    {
        FaultTarget.Leader => "the leader",
        FaultTarget.Follower => "a follower",
        FaultTarget.Majority => "a random majority",
        _ => "all members",
    };
}
