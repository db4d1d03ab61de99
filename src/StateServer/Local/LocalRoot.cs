namespace StateServer.Local;

/// <summary>Where a local cluster's files are.</summary>
/// <param name="Path">The root folder, absolute.</param>
internal sealed record LocalRoot(string Path)
{
    /// <summary>The folder that <c>up</c> and <c>down</c> lock while they start or stop members.</summary>
    public string WorkFolder => System.IO.Path.Combine(Path, "work");

    /// <summary>The root for this user where none is given: <c>$XDG_STATE_HOME/stateserver/local</c>, by default under ~/.local/state (XDG base directory specification).</summary>
    public static LocalRoot Default()
    {
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !System.IO.Path.IsPathRooted(state))
        {
            state = System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                ".local",
                "state");
        }

        return new LocalRoot(System.IO.Path.Combine(state, "stateserver", "local"));
    }

    /// <summary>The root a flag names, or this user's where it isn't given.</summary>
    /// <exception cref="LocalFailureException">It is empty: a script's variable that isn't set must not mean this user's cluster.</exception>
    public static LocalRoot Of(string? given) => given switch
    {
        null => Default(),
        _ when string.IsNullOrWhiteSpace(given) => throw new LocalFailureException(
            wrongUse: true, "--root is empty; give a folder, or leave the flag out for this user's own cluster"),
        _ => new LocalRoot(System.IO.Path.GetFullPath(given)),
    };

    /// <summary>A member's folder.</summary>
    public string MemberFolder(LocalMember member) => System.IO.Path.Combine(Path, member.Name);

    /// <summary>A member's data folder, which its process locks.</summary>
    public string DataFolder(LocalMember member) => System.IO.Path.Combine(MemberFolder(member), "data");

    /// <summary>What a member's process prints.</summary>
    public string LogFile(LocalMember member) => System.IO.Path.Combine(MemberFolder(member), "server.log");
}
