namespace StateServer.Cli.Verbs;

/// <summary><c>leader</c>: which state server leads.</summary>
internal static class LeaderVerb
{
    /// <summary>Makes the verb, with the verb below it.</summary>
    public static Verb Create() => new(
        "leader",
        "Let another state server lead.",
        "leader transfer",
        "leader transfer server-2")
    {
        LeaderTransferVerb.Create(),
    };
}
