using System.CommandLine;
using System.Globalization;
using StateServer.Bench.Healing;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Cli;

/// <summary>bench healing: loses, replaces and hands over members, prints, and leaves nothing behind.</summary>
internal static class HealingCommand
{
    private const int MostKeys = 10_000_000;

    private static readonly int[] Sizes = [3, 5, 7];

    private static readonly Option<string[]> Members = OptionForms.List("--members", "Sizes of clusters: 3, 5 or 7, separated by commas; all by default.");
    private static readonly Option<string[]> KeyCounts = OptionForms.List("--keys", "Keys in the store, separated by commas; 0,100000,1000000 by default.");
    private static readonly Option<int> Rounds = OptionForms.Number("--rounds", 10, 1, 100, "Rounds of each event at each size.");
    private static readonly Option<int> Settle = OptionForms.Number("--settle", 0, 0, 600, "Seconds for which a new cluster takes the load before its first event.");
    private static readonly Option<string[]> Events = OptionForms.List(
        "--events", $"What befalls the clusters, separated by commas: {string.Join(", ", HealingEvents.All.Select(HealingEvents.NameOf))}; all by default.");
    private static readonly Option<bool> WithoutPeer = new("--no-etcd") { Description = "Don't measure etcd's losses beside those of three members." };
    private static readonly Option<string?> Out = ServerOptions.Out();
    private static readonly Option<string?> Logs = new("--keep-logs") { Description = "A folder to copy the members' logs to where a round failed." };
    private static readonly Option<string> Root = ServerOptions.Root();
    private static readonly Option<string> Program = ServerOptions.Program();
    private static readonly Option<string[]> Variables = ServerOptions.Variables();

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Members.Validators.Add(result => OptionForms.RefuseUnknown(
            result.GetValue(Members), text => IsNumber(text, out int number) && Sizes.Contains(number),
            unknown => result.AddError($"--members {unknown}: should be 3, 5 or 7.")));
        KeyCounts.Validators.Add(result => OptionForms.RefuseUnknown(
            result.GetValue(KeyCounts), text => IsNumber(text, out int number) && number <= MostKeys,
            unknown => result.AddError($"--keys {unknown}: should be between 0 and {MostKeys}.")));
        Events.Validators.Add(result => OptionForms.RefuseUnknown(
            result.GetValue(Events), text => HealingEvents.Find(text) is not null,
            unknown => result.AddError($"--events {unknown}: no such event; {string.Join(", ", HealingEvents.All.Select(HealingEvents.NameOf))} are known.")));
        Command command = new("healing", "Measure how clusters of ours heal: losses, replacements and transfers under load; etcd's losses beside.")
        {
            Members, KeyCounts, Rounds, Settle, Events, WithoutPeer, Out, Logs, Root, Program, Variables,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        HealingOptions options = Read(parsed);
        try
        {
            RunReport report = await new HealingBench(options, Console.Error)
                .RunAsync(size => Console.WriteLine(TextReport.Of(size)), cancellationToken);
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

    private static HealingOptions Read(ParseResult parsed)
    {
        HealingOptions usual = new() { Program = Path.GetFullPath(parsed.GetValue(Program)!) };
        return usual with
        {
            Members = Numbers(parsed.GetValue(Members)) ?? usual.Members,
            KeyCounts = Numbers(parsed.GetValue(KeyCounts)) ?? usual.KeyCounts,
            Rounds = parsed.GetValue(Rounds),
            Settle = TimeSpan.FromSeconds(parsed.GetValue(Settle)),
            Events = parsed.GetValue(Events) is { Length: > 0 } names
                ? [.. names.Select(name => HealingEvents.Find(name)!.Value).Distinct()]
                : usual.Events,
            WithPeer = !parsed.GetValue(WithoutPeer),
            OutputFile = parsed.GetValue(Out),
            LogFolder = parsed.GetValue(Logs) is string logs ? Path.GetFullPath(logs) : null,
            DataFolder = Path.GetFullPath(parsed.GetValue(Root)!),
            ProgramEnvironment = ServerOptions.ReadVariables(parsed.GetValue(Variables)),
        };
    }

    private static IReadOnlyList<int>? Numbers(string[]? texts) => texts is { Length: > 0 }
        ? [.. texts.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct()]
        : null;

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
