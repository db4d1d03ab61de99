namespace StateServer.Cli.Verbs;

/// <summary><c>member</c>: the state servers one by one.</summary>
internal static class MemberVerb
{
    /// <summary>Makes the verb, with the verbs below it.</summary>
    public static Verb Create() => new(
        "member",
        "List the state servers, put another in one's place, or remove one that has no vote.",
        "member list",
        "member replace server-1",
        "member remove server-4")
    {
        MemberListVerb.Create(),
        MemberReplaceVerb.Create(),
        MemberRemoveVerb.Create(),
    };
}
