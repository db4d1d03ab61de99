using System.CommandLine;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Cli;

/// <summary>bench run: measures, prints, and leaves nothing behind.</summary>
internal static class RunCommand
{
    private static readonly Option<string[]> Only = List("--only", "The workloads to run, separated by commas; all by default.");
    private static readonly Option<string[]> Targets = List("--targets", "What to measure, separated by commas: ours, etcd, or one against itself as etcd,etcd2.");
    private static readonly Option<int> Rounds = Number("--rounds", 3, 1, 100, "Rounds of each workload on each target.");
    private static readonly Option<int> Seconds = Number("--seconds", 5, 1, 600, "How long a round of closed-loop load is measured.");
    private static readonly Option<int> Kills = Number("--kills", 10, 1, 100, "How often the leader is killed on each target.");
    private static readonly Option<int> KeyCount = Number("--keys", 1_000_000, 1_000, 10_000_000, "Keys of million-keys.");
    private static readonly Option<string> Endpoint = new("--endpoint")
    {
        Description = "Where clients connect: all (the members in turn, the leader first) or leader.",
        DefaultValueFactory = _ => "all",
    };
    private static readonly Option<string?> Out = new("--out") { Description = "A file for all figures, as json." };
    private static readonly Option<string> Root = new("--root")
    {
        Description = "The folder that holds the servers' data while the run lasts.",
        DefaultValueFactory = _ => Path.GetTempPath(),
    };
    private static readonly Option<string> Program = new("--stateserver")
    {
        Description = "The stateserver executable to measure; by default the one built beside this program.",
        DefaultValueFactory = _ => BuiltProgram(),
    };
    private static readonly Option<string?> Other = new("--other-stateserver")
    {
        Description = "Another build of it, measured as the target ours2, to compare the two.",
    };
    private static readonly Option<string[]> Variables = new("--ours-env")
    {
        Description = "NAME=VALUE, an environment variable for our servers only; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Endpoint.AcceptOnlyFromAmong("all", "leader");
        Variables.Validators.Add(result =>
        {
            foreach (string token in result.Tokens.Select(token => token.Value).Where(value => value.IndexOf('=') < 1))
            {
                result.AddError($"--ours-env {token}: should be NAME=VALUE.");
            }
        });
        Only.Validators.Add(result => RefuseUnknown(
            result.GetValue(Only), name => WorkloadCatalogue.All.Any(workload => workload.Name == name),
            unknown => result.AddError($"--only {unknown}: no such workload; 'bench list' shows them.")));
        Targets.Validators.Add(result => RefuseUnknown(
            result.GetValue(Targets), TargetNames.IsKnown,
            unknown => result.AddError($"--targets {unknown}: should be ours or etcd (or etcd2 for a second one).")));
        Command command = new("run", "Measure the targets in turns and print medians.")
        {
            Only, Targets, Rounds, Seconds, Kills, KeyCount, Endpoint, Out, Root, Program, Other, Variables,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        RunOptions options = new()
        {
            Rounds = parsed.GetValue(Rounds),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            LeaderOnly = parsed.GetValue(Endpoint) == "leader",
            Kills = parsed.GetValue(Kills),
            KeyCount = parsed.GetValue(KeyCount),
            Targets = parsed.GetValue(Targets) is { Length: > 0 } targets ? [.. targets.Distinct()] : ["ours", "etcd"],
            Only = parsed.GetValue(Only) ?? [],
            OutputFile = parsed.GetValue(Out),
            DataFolder = Path.GetFullPath(parsed.GetValue(Root)!),
            Program = Path.GetFullPath(parsed.GetValue(Program)!),
            OtherProgram = parsed.GetValue(Other) is string other ? Path.GetFullPath(other) : null,
            ProgramEnvironment = (parsed.GetValue(Variables) ?? []).Select(variable => variable.Split('=', 2))
                .ToDictionary(parts => parts[0], parts => parts[1]),
        };
        try
        {
            RunReport report = await new BenchRun(options, Console.Error)
                .RunAsync(workload => Console.WriteLine(TextReport.Of(workload)), cancellationToken);
            Console.WriteLine(TextReport.MachineLine(report));
            if (options.OutputFile is string file)
            {
                JsonReport.Write(file, report);
            }
            return report.AllSucceeded ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("bench: stopped; all clusters are gone");
            return 1;
        }
        catch (Exception exception) when (exception is TargetFailedException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"bench: {exception.Message}");
            return 1;
        }
    }

    private static Option<string[]> List(string name, string description) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
    };

    private static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (int.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", out int value) && (value < least || value > most))
            {
                result.AddError($"{name} {value}: should be between {least} and {most}.");
            }
        });
        return option;
    }

    private static void RefuseUnknown(string[]? names, Func<string, bool> known, Action<string> refuse)
    {
        foreach (string name in (names ?? []).Where(name => !known(name)))
        {
            refuse(name);
        }
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
