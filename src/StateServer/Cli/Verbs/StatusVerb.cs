using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Local;
using StateServer.Reports;
using StateServer.Reports.Formats;

namespace StateServer.Cli.Verbs;

/// <summary><c>status</c>: what the cluster is like now. Exit code 0 where any endpoint answered, leader or not; 1 where none did.</summary>
internal static class StatusVerb
{
    private static readonly TimeSpan WatchPause = TimeSpan.FromSeconds(2);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "status",
            "Print the cluster and its members: roles, indexes, health with its reason, and how much more can be lost. Answers "
            + "without a leader too. Exit code 0 when any endpoint answered, 1 when none did.",
            "status",
            "status --endpoints 10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379 --format json",
            "status --watch");
        var endpoints = EndpointOption.Make();
        var format = new Option<string>("--format")
        {
            Description = "The form to print: tabular, yaml, json, oneline or summary.",
            HelpName = "FORM",
            DefaultValueFactory = _ => "tabular",
        };
        var watch = new Option<bool>("--watch") { Description = "Print again every 2 s, until Ctrl-C." };
        var root = LocalOptions.Root();
        verb.Options.Add(endpoints);
        verb.Options.Add(format);
        verb.Options.Add(watch);
        verb.Options.Add(root);
        verb.SetAction(parsed => RunAsync(
            EndpointOption.Read(parsed.GetValue(endpoints), LocalRoot.Of(parsed.GetValue(root))),
            Format(parsed.GetValue(format)!),
            parsed.GetValue(watch),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return verb;
    }

    private static StatusFormat Format(string text) =>
        text.All(char.IsAsciiLetterLower) && Enum.TryParse(text, ignoreCase: true, out StatusFormat format)
            ? format
            : throw new VerbFailedException(
                ExitCode.WrongUse, $"--format: there is no form '{text}'; give tabular, yaml, json, oneline or summary");

    private static async Task<int> RunAsync(
        ImmutableArray<string> endpoints,
        StatusFormat format,
        bool watch,
        TextWriter output,
        TextWriter error)
    {
        using var interruption = new Interruption();
        CancellationToken cancellationToken = interruption.Token;
        TimeProvider time = TimeProvider.System;
        bool clear = watch && !Console.IsOutputRedirected;
        int exitCode;
        do
        {
            (ClusterReport? report, ImmutableArray<string> errors) = await StatusQuery.AskAsync(endpoints, cancellationToken);
            if (clear)
            {
                Spectre.Console.AnsiConsole.Clear();
            }

            if (report is not null)
            {
                await output.WriteLineAsync(StatusText.Write(report, format, time.GetUtcNow()));
            }
            else
            {
                await error.WriteLineAsync($"stateserver: no endpoint answered: {string.Join("; ", errors)}");
            }

            exitCode = report is null ? ExitCode.Failed : ExitCode.Done;
            if (watch)
            {
                await Task.Delay(WatchPause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (watch && !cancellationToken.IsCancellationRequested);
        return exitCode;
    }
}
