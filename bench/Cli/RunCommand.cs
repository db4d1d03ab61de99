using System.CommandLine;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Cli;

/// <summary>bench run: measures, prints, and leaves nothing behind.</summary>
internal static class RunCommand
{
    private static readonly Option<string[]> Only = OptionForms.List("--only", "The workloads to run, separated by commas; all by default.");
    private static readonly Option<string[]> Targets = OptionForms.List("--targets", "What to measure, separated by commas: ours, etcd, or one against itself as etcd,etcd2.");
    private static readonly Option<int> Rounds = OptionForms.Number("--rounds", 3, 1, 100, "Rounds of each workload on each target.");
    private static readonly Option<int> Seconds = OptionForms.Number("--seconds", 5, 1, 600, "How long a round of closed-loop load is measured.");
    private static readonly Option<int> Kills = OptionForms.Number("--kills", 10, 1, 100, "How often the leader is killed on each target.");
    private static readonly Option<int> KeyCount = OptionForms.Number("--keys", 1_000_000, 1_000, 10_000_000, "Keys of million-keys.");
    private static readonly Option<string> Endpoint = new("--endpoint")
    {
        Description = "Where clients connect: all (the members in turn, the leader first) or leader.",
        DefaultValueFactory = _ => "all",
    };
    private static readonly Option<string?> Out = ServerOptions.Out();
    private static readonly Option<string> Root = ServerOptions.Root();
    private static readonly Option<string> Program = ServerOptions.Program();
    private static readonly Option<string?> Other = new("--other-stateserver")
    {
        Description = "Another build of it, measured as the target ours2, to compare the two.",
    };
    private static readonly Option<string[]> Variables = ServerOptions.Variables();

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Endpoint.AcceptOnlyFromAmong("all", "leader");
        Only.Validators.Add(result => OptionForms.RefuseUnknown(
            result.GetValue(Only), name => WorkloadCatalogue.All.Any(workload => workload.Name == name),
            unknown => result.AddError($"--only {unknown}: no such workload; 'bench list' shows them.")));
        Targets.Validators.Add(result => OptionForms.RefuseUnknown(
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
            ProgramEnvironment = ServerOptions.ReadVariables(parsed.GetValue(Variables)),
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
}
