namespace StateServer.Chaos.Cli;

/// <summary>Finds the executable under test: the one built beside this program, in the same configuration.</summary>
internal static class Executable
{
    public static string Path
    {
        get
        {
            string here = AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar);
            string framework = System.IO.Path.GetFileName(here);
            string configuration = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(here)!);
            for (DirectoryInfo? folder = new(here); folder is not null; folder = folder.Parent)
            {
                string candidate = System.IO.Path.Combine(
                    folder.FullName, "src", "StateServer", "bin", configuration, framework, "stateserver.dll");
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }

            throw new OutOfReachException("stateserver.dll is not built: run dotnet build -c Release first");
        }
    }
}
