using System.CommandLine;

namespace StateServer.Bench.Cli;

/// <summary>Options of the verbs that start servers: which, where, and where their figures go.</summary>
internal static class ServerOptions
{
    public static Option<string?> Out() => new("--out") { Description = "A file for all figures, as json." };

    public static Option<string> Root() => new("--root")
    {
        Description = "The folder that holds the servers' data while the run lasts.",
        DefaultValueFactory = _ => Path.GetTempPath(),
    };

    public static Option<string> Program() => new("--stateserver")
    {
        Description = "The stateserver executable to measure; by default the one built beside this program.",
        DefaultValueFactory = _ => BuiltProgram(),
    };

    public static Option<string[]> Variables()
    {
        Option<string[]> option = new("--ours-env")
        {
            Description = "NAME=VALUE, an environment variable for our servers only; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        option.Validators.Add(result =>
        {
            foreach (string token in result.Tokens.Select(token => token.Value).Where(value => value.IndexOf('=') < 1))
            {
                result.AddError($"--ours-env {token}: should be NAME=VALUE.");
            }
        });
        return option;
    }

    /// <summary>The variables by name; the last of a name counts.</summary>
    public static IReadOnlyDictionary<string, string> ReadVariables(string[]? variables)
    {
        Dictionary<string, string> read = [];
        foreach (string[] parts in (variables ?? []).Select(variable => variable.Split('=', 2)))
        {
            read[parts[0]] = parts[1];
        }
        return read;
    }

    /// <summary>The executable that the same build made: bench/bin/CONFIGURATION/net10.0 stands beside src/.</summary>
    private static string BuiltProgram()
    {
        DirectoryInfo here = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string framework = here.Name;
        string configuration = here.Parent?.Name ?? "";
        string repository = here.Parent?.Parent?.Parent?.Parent?.FullName ?? "";
        return Path.Combine(repository, "src", "StateServer", "bin", configuration, framework, "stateserver");
    }
}
