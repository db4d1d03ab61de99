using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Membership;
using StateServer.Chaos.Networks;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>run</c>: one run.</summary>
internal static class RunVerb
{
    private const int MostSeed = 1_000_000;

    public static Command Create()
    {
        var seed = new Option<int?>("--seed") { Description = "The seed; random by default, and printed first." };
        Option<double> minutes = new Option<double>("--minutes") { Description = "Minutes under faults.", DefaultValueFactory = _ => 1 }.Above(0, 24 * 60);
        Option<int> members = new Option<int>("--members") { Description = "3, 5 or 7.", DefaultValueFactory = _ => 3 }.Members();
        var workloads = new Option<string?>("--workload") { Description = "Names with commas between; all by default." };
        var faults = new Option<string?>("--faults") { Description = "Names with commas between; all this machine can do by default." };
        Option<double> rate = new Option<double>("--rate") { Description = "Operations a second of each workload, at most.", DefaultValueFactory = _ => 100 }.Above(0, 100_000);
        var alone = new Option<bool>("--alone") { Description = "Never two faults at once." };
        var output = new Option<string?>("--out") { Description = "The results' folder; a new one under the temporary folder by default." };
        var command = new Command("run", "One run; exit code 0 when every checker holds, 1 otherwise, an invalid run included.")
        {
            seed, minutes, members, workloads, faults, rate, alone, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Names.TryRead(parsed.GetValue(workloads), parsed.GetValue(faults), out IReadOnlyList<string> chosenWorkloads, out IReadOnlyList<string> readFaults)
                || !Names.TryFit(readFaults, parsed.GetValue(members), parsed.GetValue(faults) is not null, out IReadOnlyList<string> chosenFaults))
            {
                return 2;
            }

            if (parsed.GetValue(faults) is null)
            {
                Names.SaySkipped(Console.Out);
            }

            var plan = new RunPlan
            {
                Seed = parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(MostSeed),
                Minutes = parsed.GetValue(minutes),
                Members = parsed.GetValue(members),
                Workloads = chosenWorkloads,
                Faults = chosenFaults,
                Rate = parsed.GetValue(rate),
                Together = !parsed.GetValue(alone),
            };
            return await RunAsync(plan, parsed.GetValue(output), cancellationToken);
        });
        return command;
    }

    /// <summary>Runs a plan, in a network of its own where its faults need one.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(RunPlan plan, string? output, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(output ?? Path.Combine(
            Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{plan.Seed}")));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Console.Error.WriteLine($"{folder} is not empty: name another one with --out");
            return 2;
        }

        string executable = Executable.Path;
        if (!NetworkLab.IsInside && Catalogue.Needs(plan).HasFlag(Surroundings.NetworkLab))
        {
            string plans = Directory.CreateTempSubdirectory("stateserver-chaos-plan").FullName;
            try
            {
                RunReport.WritePlan(plans, plan);
                return await NetworkLab.ReenterAsync(["replay", plans, "--out", folder], cancellationToken);
            }
            finally
            {
                Directory.Delete(plans, recursive: true);
            }
        }

        RunReport report = await (plan.Workloads.Contains(MembershipCatalogue.Workload)
            ? new MembershipRun(plan, executable, folder, Console.Out, !Console.IsOutputRedirected).RunAsync(cancellationToken)
            : new ChaosRun(plan, executable, folder, Console.Out, !Console.IsOutputRedirected).RunAsync(cancellationToken));
        return report.Passed ? 0 : 1;
    }
}
