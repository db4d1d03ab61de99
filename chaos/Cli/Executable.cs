namespace StateServer.Chaos.Cli;

/// <summary>Finds the executable under test: the one that the environment names, or the one built beside this program, in the same configuration.</summary>
internal static class Executable
{
    /// <summary>Names another executable: one with a planted bug, or of another version.</summary>
    public const string Variable = "STATESERVER_CHAOS_EXECUTABLE";

    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            {
                return named;
            }

            string here = AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar);
            string framework = System.IO.Path.GetFileName(here);
            string configuration = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(here)!);
            for (DirectoryInfo? folder = new(here); folder is not null; folder = folder.Parent)
            {
                string candidate = System.IO.Path.Combine(
                    folder.FullName, "src", "StateServer", "bin", configuration, framework, "stateserver");
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }

            throw new OutOfReachException("stateserver is not built: run dotnet build -c Release first");
        }
    }

    /// <summary>What this process starts finds its runtime where this process has its own, wherever that was installed.</summary>
    public static void ShareRuntime()
    {
        string framework = System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Environment.SetEnvironmentVariable("DOTNET_ROOT", System.IO.Path.GetFullPath(System.IO.Path.Combine(framework, "..", "..", "..")));
    }
}
