using System.CommandLine;
using System.Globalization;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>short</c>: a few runs with fixed seeds and without network namespaces, for every build.</summary>
internal static class ShortVerb
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    public static Command Create()
    {
        var output = new Option<string?>("--out") { Description = "The folder of the runs' folders." };
        var command = new Command("short", "Three runs with fixed seeds and without network namespaces, within 6 minutes; closes with \"N passed, N failed, N skipped\".") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string root = parsed.GetValue(output)
                ?? Path.Combine(Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"short-{Environment.ProcessId}"));
            Names.SaySkipped(Console.Out);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            (int passed, int failed, int skipped) = (0, 0, 0);
            foreach (RunPlan plan in Plans())
            {
                if (plan.Faults.Count == 0)
                {
                    skipped++;
                    continue;
                }

                int exitCode = await RunVerb.RunAsync(plan, Path.Combine(root, $"{plan.Seed}"), limit.Token);
                (passed, failed) = exitCode == 0 ? (passed + 1, failed) : (passed, failed + 1);
            }

            Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
            return failed == 0 ? 0 : 1;
        });
        return command;
    }

    /// <summary>Processes; disks and folders; clocks, power and all workloads at five members.</summary>
    private static IEnumerable<RunPlan> Plans()
    {
        yield return Plan(1, 3, f => f.Layer is FaultLayer.Process or FaultLayer.Leadership && f.Needs == Surroundings.None);
        yield return Plan(2, 3, f => f is FullDiskFault or SlowFsyncFault or DamageFault or WipedFolderFault or FsyncErrorFault);
        yield return Plan(5, 5, f => f is ClockJumpFault or PowerLossFault or KillFault or LeadershipFault);
    }

    private static RunPlan Plan(int seed, int members, Func<IFault, bool> includes) => new()
    {
        Seed = seed,
        Minutes = 0.75,
        Members = members,
        Workloads = Names.UsualWorkloads,
        Faults = [.. Catalogue.Faults.Where(f => f.Unavailable is null && !f.Needs.HasFlag(Surroundings.NetworkLab) && includes(f)).Select(f => f.Name)],
        Rate = 50,
    };
}
