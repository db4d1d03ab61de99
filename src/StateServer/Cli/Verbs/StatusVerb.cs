using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Client;
using StateServer.Domain.Keyspace;
using StateServer.Environments;
using StateServer.Protos.Operator;
using StateServer.Reports;
using StateServer.Reports.Formats;

namespace StateServer.Cli.Verbs;

/// <summary><c>status</c>: what the cluster and its model are like now. Exit code 0 where any endpoint answered, leader or not; 1 where none did.</summary>
internal static class StatusVerb
{
    /// <summary>Between two redraws of <c>--watch</c> at least: a person sees no more, and a busy model is not asked for each change.</summary>
    private static readonly TimeSpan RedrawPause = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the model is asked for in all: an election, and a busy machine.</summary>
    private static readonly TimeSpan ModelTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "status",
            "Print the cluster and its members (roles, indexes, health with its reason, how much more can be lost), and the environment's "
            + "machines, services and units. Answers without a leader too. Exit code 0 when any endpoint answered, 1 when none did.",
            "status",
            "status --service web --zone local-a",
            "status --endpoints 10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379 --format json",
            "status -e production --watch");
        var cluster = new ClusterOptions();
        var format = new Option<string>("--format")
        {
            Description = "The form to print: tabular, yaml, json, oneline or summary.",
            HelpName = "FORM",
            DefaultValueFactory = _ => "tabular",
        };
        var watch = new Option<bool>("--watch") { Description = "Print again whenever something changes, until Ctrl-C." };
        Option<string[]> services = Filter("--service", "SERVICE", "Only this service, its units and their machines.");
        Option<string[]> zones = Filter("--zone", "ZONE", "Only what stands in this zone.");
        Option<string[]> machines = Filter("--machine", "MACHINE", "Only this machine and what is on it.");
        foreach (Option option in new Option[] { format, watch, services, zones, machines })
        {
            verb.Options.Add(option);
        }

        cluster.AddTo(verb);
        verb.SetAction(parsed => RunAsync(
            cluster.Read(parsed),
            Format(parsed.GetValue(format)!),
            parsed.GetValue(watch),
            new ModelFilter(
                [.. parsed.GetValue(services) ?? []], [.. parsed.GetValue(zones) ?? []], [.. parsed.GetValue(machines) ?? []]),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return verb;
    }

    private static Option<string[]> Filter(string name, string helpName, string description) =>
        new(name) { Description = $"{description} May be given again.", HelpName = helpName };

    private static StatusFormat Format(string text) =>
        text.All(char.IsAsciiLetterLower) && Enum.TryParse(text, ignoreCase: true, out StatusFormat format)
            ? format
            : throw new VerbFailedException(
                ExitCode.WrongUse, $"--format: there is no form '{text}'; give tabular, yaml, json, oneline or summary");

    private static async Task<int> RunAsync(
        ClusterTarget target,
        StatusFormat format,
        bool watch,
        ModelFilter filter,
        TextWriter output,
        TextWriter error)
    {
        using var interruption = new Interruption();
        ImmutableArray<string> endpoints = target.Endpoints;
        await using StateServerClient? client = Client(endpoints);
        if (!watch)
        {
            return await PrintOnceAsync(target, client, format, filter, output, error, interruption);
        }

        bool clear = !Console.IsOutputRedirected;
        int exitCode = ExitCode.Done;
        TimeProvider time = TimeProvider.System;
        await using var signals = new StatusSignals(
            [.. endpoints.Select(EndpointOption.Url)], client, KeyspaceState.ReservedPrefix, time, interruption.Token);
        try
        {
            while (true)
            {
                await signals.NextAsync(interruption.Token);
                if (clear)
                {
                    Spectre.Console.AnsiConsole.Clear();
                }

                exitCode = await PrintAsync(endpoints, client, format, filter, output, error, interruption.Token);
                await Task.Delay(RedrawPause, time, interruption.Token);
            }
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return exitCode;
        }
    }

    private static async Task<int> PrintOnceAsync(
        ClusterTarget target,
        StateServerClient? client,
        StatusFormat format,
        ModelFilter filter,
        TextWriter output,
        TextWriter error,
        Interruption interruption)
    {
        try
        {
            int exitCode = await PrintAsync(target.Endpoints, client, format, filter, output, error, interruption.Token);
            if (client is not null && exitCode == ExitCode.Done)
            {
                await target.RefreshAsync(
                    client, new EnvironmentReachStore(ConfigurationFolder.Of(Environment.GetEnvironmentVariable)), TimeProvider.System, interruption.Token);
            }

            return exitCode;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw interruption.Failure("interrupted");
        }
    }

    /// <summary>The client that reads the model; null where an address is one that only the status can be asked at.</summary>
    private static StateServerClient? Client(ImmutableArray<string> endpoints)
    {
        var options = new ClientOptions
        {
            Endpoints = endpoints,
            CallTimeout = ModelTimeout,
            MaxAttempts = 4,
            MaxEndpoints = Math.Max(32, endpoints.Length),
        };
        return options.Faults().Count == 0 ? new StateServerClient(options) : null;
    }

    private static async Task<int> PrintAsync(
        ImmutableArray<string> endpoints,
        StateServerClient? client,
        StatusFormat format,
        ModelFilter filter,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        (ClusterReport? report, ImmutableArray<string> errors) = await StatusQuery.AskAsync(endpoints, cancellationToken);
        if (report is null)
        {
            await error.WriteLineAsync($"stateserver: no endpoint answered: {string.Join("; ", errors)}");
            return ExitCode.Failed;
        }

        if (client is not null)
        {
            (GetModelResponse? model, string? why) = await ModelQuery.AskAsync(
                client, report.Cluster.Leader is not null, cancellationToken);
            if (why is not null)
            {
                await error.WriteLineAsync($"stateserver: the model could not be read, and is left out: {why}");
            }

            if (why is not null && filter.IsOfModel)
            {
                return ExitCode.Failed;
            }

            report = model is null ? report : ModelReportBuilder.Add(report, model);
        }

        ImmutableArray<string> strangers = filter.Strangers(report);
        foreach (string stranger in strangers)
        {
            await error.WriteLineAsync($"stateserver: {stranger}");
        }

        if (!strangers.IsEmpty)
        {
            return ExitCode.Failed;
        }

        await output.WriteLineAsync(StatusText.Write(filter.Of(report), format, TimeProvider.System.GetUtcNow()));
        return ExitCode.Done;
    }
}
