using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Tools;

/// <summary>The executable that this build made, as a user starts it.</summary>
internal static class StateServerExecutable
{
    private static readonly Lazy<string> Found = new(Find);

    public static string Path => Found.Value;

    /// <summary>Runs one verb to its end.</summary>
    public static Task<CommandResult> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? limit = null) =>
        Command.RunAsync(Path, arguments, environment: WithRuntime(environment), limit: limit ?? TimeSpan.FromSeconds(120));

    /// <summary>
    /// The executable finds its runtime where this process has its own, wherever that was installed. And it compiles nothing twice:
    /// the second, better compilation of what is called often costs a member two seconds of a core, which pays after minutes.
    /// </summary>
    public static IReadOnlyDictionary<string, string> WithRuntime(IReadOnlyDictionary<string, string>? environment)
    {
        string framework = System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["DOTNET_ROOT"] = System.IO.Path.GetFullPath(System.IO.Path.Combine(framework, "..", "..", "..")),
            ["DOTNET_TC_CallCounting"] = "0",
        };
        return all;
    }

    /// <summary>Built beside these tests, in the same configuration; the project file sees to it.</summary>
    private static string Find()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        string[] below = ["src", "StateServer", "bin", here.Parent!.Name, here.Name, "stateserver"];
        for (var folder = here; folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine([folder.FullName, .. below]);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException($"{System.IO.Path.Combine(below)} is nowhere above {here.FullName}: build the solution first");
    }
}
