namespace StateServer.Cli.Verbs;

/// <summary><c>healing</c>: whether lost state servers are replaced by themselves.</summary>
internal static class HealingVerb
{
    /// <summary>Makes the verb, with the verbs below it.</summary>
    public static Verb Create() => new(
        "healing",
        "Pause and resume the replacement of lost state servers, as before work on their machines.",
        "healing pause --for 30m",
        "healing resume")
    {
        HealingPauseVerb.Create(),
        HealingResumeVerb.Create(),
    };
}
