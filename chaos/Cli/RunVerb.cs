using System.CommandLine;
using System.Globalization;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>run</c>: one run.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var seed = new Option<int?>("--seed") { Description = "The seed; random by default, and printed first." };
        var minutes = new Option<double>("--minutes") { Description = "Minutes under faults.", DefaultValueFactory = _ => 1 };
        var members = new Option<int>("--members") { Description = "3, 5 or 7.", DefaultValueFactory = _ => 3 };
        var workloads = new Option<string?>("--workload") { Description = "Names with commas between; all by default." };
        var faults = new Option<string?>("--faults") { Description = "Names with commas between; all this machine can do by default." };
        var rate = new Option<double>("--rate") { Description = "Operations a second of each workload, at most.", DefaultValueFactory = _ => 150 };
        var output = new Option<string?>("--out") { Description = "The results' folder; a new one under the temporary folder by default." };
        var command = new Command("run", "One run; exit code 0 when every checker holds, 1 otherwise, an invalid run included.")
        {
            seed, minutes, members, workloads, faults, rate, output,
        };
        members.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is not (3 or 5 or 7))
            {
                result.AddError("--members is 3, 5 or 7");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Names.TryRead(parsed.GetValue(workloads), Names.AllWorkloads, "workload", out IReadOnlyList<string> chosenWorkloads)
                || !Names.TryRead(parsed.GetValue(faults), Names.PossibleFaults, "fault", out IReadOnlyList<string> chosenFaults))
            {
                return 2;
            }

            var plan = new RunPlan
            {
                Seed = parsed.GetValue(seed) ?? System.Security.Cryptography.RandomNumberGenerator.GetInt32(1_000_000),
                Minutes = parsed.GetValue(minutes),
                Members = parsed.GetValue(members),
                Workloads = chosenWorkloads,
                Faults = chosenFaults,
                Rate = parsed.GetValue(rate),
            };
            return await RunAsync(plan, parsed.GetValue(output), cancellationToken);
        });
        return command;
    }

    public static async Task<int> RunAsync(RunPlan plan, string? output, CancellationToken cancellationToken)
    {
        string folder = output ?? Path.Combine(
            Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{plan.Seed}"));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Console.Error.WriteLine($"{folder} is not empty: name another one with --out");
            return 2;
        }

        if (!NetworkLab.IsInside && Catalogue.Needs(plan).HasFlag(Surroundings.NetworkLab))
        {
            string plans = Directory.CreateTempSubdirectory("stateserver-chaos-plan").FullName;
            try
            {
                RunReport.WritePlan(plans, plan);
                return await NetworkLab.ReenterAsync(["replay", plans, "--out", folder]);
            }
            finally
            {
                Directory.Delete(plans, recursive: true);
            }
        }

        RunReport report = await new ChaosRun(plan, Executable.Path, folder, Console.Out).RunAsync(cancellationToken);
        return report.Passed ? 0 : 1;
    }
}
