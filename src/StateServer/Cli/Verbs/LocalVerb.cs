namespace StateServer.Cli.Verbs;

/// <summary><c>local</c>: failures of the local provider's zones and machines, to try things out.</summary>
internal static class LocalVerb
{
    /// <summary>Makes the verb, with the verbs below it.</summary>
    public static Verb Create() => new(
        "local",
        "Try out failures on this machine: fail and heal zones of the local provider, kill its machines.",
        "local fail-zone local-b",
        "local heal-zone local-b",
        "local kill-machine 3")
    {
        LocalFailZoneVerb.Create(),
        LocalHealZoneVerb.Create(),
        LocalKillMachineVerb.Create(),
    };
}
