using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>campaign</c>: many runs, some side by side, and one table over all of them.</summary>
internal static class CampaignVerb
{
    public static Command Create()
    {
        Option<int> runs = new Option<int>("--runs") { Description = "How many.", DefaultValueFactory = _ => 60 }.Between(1, 100_000);
        Option<double> minutes = new Option<double>("--minutes") { Description = "Minutes under faults of each run.", DefaultValueFactory = _ => 1 }.Above(0, 24 * 60);
        Option<int> parallel = new Option<int>("--parallel") { Description = "How many at once.", DefaultValueFactory = _ => 1 }.Between(1, 16);
        var seed = new Option<int?>("--seed") { Description = "The seed of the runs' seeds; random by default, and printed first." };
        var faults = new Option<string?>("--faults") { Description = "Names with commas between; all this machine can do by default." };
        var output = new Option<string>("--out") { Description = "The folder of the runs' folders; given again with the same seed, what is done there isn't done again.", Required = true };
        var command = new Command("campaign", "Many runs that cover all workloads and faults evenly; a table over all, written anew after each run.")
        {
            runs, minutes, parallel, seed, faults, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Names.TryRead(parsed.GetValue(faults) ?? string.Join(',', Names.UsualFaults), Names.PossibleFaults, "fault", out IReadOnlyList<string> chosen))
            {
                return 2;
            }

            int start = parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1_000_000);
            Console.WriteLine($"seed {start}");
            Names.SaySkipped(Console.Out);
            RunPlan[] plans = [.. CampaignPlan.Draw(start, parsed.GetValue(minutes), Names.UsualWorkloads, chosen).Take(parsed.GetValue(runs))];
            CampaignSummary summary = await RunAsync(start, plans, parsed.GetValue(parallel), Path.GetFullPath(parsed.GetValue(output)!), cancellationToken);
            foreach (string line in summary.Lines())
            {
                Console.WriteLine(line);
            }

            return summary.Passed == plans.Length ? 0 : 1;
        });
        return command;
    }

    private static async Task<CampaignSummary> RunAsync(int seed, RunPlan[] plans, int parallel, string root, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        var done = new SortedDictionary<string, RunReport>(StringComparer.Ordinal);
        var gate = new Lock();
        CampaignSummary summary = CampaignSummary.Of(seed, []);
        await Parallel.ForEachAsync(
            plans.Select((plan, number) => (plan, Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{number:000}")))),
            new ParallelOptions { MaxDegreeOfParallelism = parallel },
            async (run, _) =>
            {
                (RunPlan plan, string folder) = run;
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                RunReport report = Done(plan, folder) ?? await RunOneAsync(plan, folder, cancellationToken);
                if (cancellationToken.IsCancellationRequested)
                {
                    return; // Interrupted: it is done again when the campaign is resumed.
                }

                lock (gate)
                {
                    done[folder] = report;
                    summary = CampaignSummary.Of(seed, [.. done.Select(d => (d.Key, d.Value))]);
                    summary.Write(root);
                    Console.WriteLine($"{done.Count} of {plans.Length}: {Path.GetFileName(folder)}, seed {plan.Seed}, {plan.Members} members, {string.Join(',', plan.Faults)}: {report.Lines().Last()}");
                }
            });
        return summary;
    }

    /// <summary>The report of a run that an earlier call of the campaign finished.</summary>
    private static RunReport? Done(RunPlan plan, string folder)
    {
        try
        {
            return RunReport.Read(folder) is { } report && report.Plan.Seed == plan.Seed && report.Invalid is null ? report : null;
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Each run is a process of its own: its output goes into the folder, and its end, however it comes, is its own.</summary>
    private static async Task<RunReport> RunOneAsync(RunPlan plan, string folder, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        string plans = Directory.CreateTempSubdirectory("stateserver-chaos-plan").FullName;
        RunReport.WritePlan(plans, plan);
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "chaos.dll"), "replay", plans, "--out", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await using CancellationTokenRegistration pass = cancellationToken.Register(() => Signals.Send(process.Id, Signals.Terminate));
        Task<string> complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string told = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        Directory.Delete(plans, recursive: true);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "console.txt"), told + await complaints, CancellationToken.None);
        try
        {
            return RunReport.Read(folder);
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return RunReport.WithoutResult(plan, $"the runner ended with code {process.ExitCode} and without a report; see console.txt");
        }
    }
}
