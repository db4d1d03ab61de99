using StateServer.Providers.Local;

namespace StateServer.Environments;

/// <summary>This user's configuration of the command line: the environments, which of them is current, and how each is reached.</summary>
/// <param name="Path">The folder, absolute. It need not be there.</param>
internal sealed record ConfigurationFolder(string Path)
{
    /// <summary>The environments, where no other file is named.</summary>
    public string EnvironmentsFile => System.IO.Path.Combine(Path, "environments.yaml");

    /// <summary>What <c>switch</c> remembers: a name.</summary>
    public string CurrentEnvironmentFile => System.IO.Path.Combine(Path, "current-environment");

    /// <summary>A file for each environment that was bootstrapped.</summary>
    public string ReachFolder => System.IO.Path.Combine(Path, "reach");

    /// <summary><c>$XDG_CONFIG_HOME/stateserver</c>, by default under ~/.config (XDG base directory specification).</summary>
    /// <param name="variable">The process's variables.</param>
    public static ConfigurationFolder Of(Func<string, string?> variable)
    {
        string? configuration = variable("XDG_CONFIG_HOME");
        if (string.IsNullOrEmpty(configuration) || !System.IO.Path.IsPathRooted(configuration))
        {
            configuration = System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                ".config");
        }

        return new ConfigurationFolder(System.IO.Path.Combine(configuration, "stateserver"));
    }

    /// <summary>Writes one of its files, whole or not at all, for this user's eyes alone (0600; folders it makes 0700), and durably.</summary>
    /// <exception cref="IOException">It can't be written; what was there is as before.</exception>
    public static void Write(string path, string text)
    {
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string folder = System.IO.Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            MakeFolder(folder, Own | UnixFileMode.UserExecute);
        }

        WholeFile.WriteBesideOthers(path, text, Own);
    }

    private static void MakeFolder(string folder, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, mode);
        }
    }
}
