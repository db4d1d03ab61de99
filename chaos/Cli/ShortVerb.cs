using System.CommandLine;
using System.Globalization;
using StateServer.Chaos.Membership;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>short</c>: a few runs with fixed seeds and without network namespaces, for every build.</summary>
internal static class ShortVerb
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    public static Command Create()
    {
        var output = new Option<string?>("--out") { Description = "The folder of the runs' folders." };
        var command = new Command("short", "Four runs with fixed seeds and without network namespaces, within 8 minutes; closes with \"N passed, N failed, N skipped\".") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string root = parsed.GetValue(output)
                ?? Path.Combine(Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"short-{Environment.ProcessId}"));
            Names.SaySkipped(Console.Out);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            (int passed, int failed, int skipped) = (0, 0, 0);
            foreach (RunPlan plan in Plans().Append(MembershipPlan))
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

    /// <summary>
    /// Processes; disks and folders; clocks and kills at five members. Few faults each, so that nearly all of them come, and six of the
    /// workloads: two cores have no more to give.
    /// </summary>
    internal static IEnumerable<RunPlan> Plans() =>
    [
        Plan(
            1, 3, ["register", "append", "transactions", "deploy", "lease", "lock"],
            "kill-leader", "kill-all", "pause-leader", "pause-majority", "restart-storm-all", "restart-storm-leader", "fsync-error-leader", "move-leader"),
        Plan(
            2, 3, ["register", "set", "skew", "retry", "compaction", "watch"],
            "power-loss", "full-disk-all", "slow-fsync-leader", "fsync-error-majority", "bit-flip-log", "cut-off-vote", "bit-flip-snapshot", "wiped-folder-follower"),
        Plan(
            4, 5, ["register", "set", "append", "watch", "lease", "lock"],
            "kill-majority", "kill-follower", "pause-follower", "clock-jump-leader", "clock-jump-all", "fsync-error-follower", "move-leader"),
    ];

    /// <summary>Losses of a cluster that heals itself, as many as its time allows.</summary>
    internal static RunPlan MembershipPlan { get; } = new()
    {
        Seed = 5,
        Minutes = 0.5,
        Members = 3,
        Workloads = [MembershipCatalogue.Workload],
        Faults = Possible("lose-leader", "come-back"),
        Rate = 50,
        Together = false,
    };

    private static string[] Possible(params string[] faults) => [.. faults.Where(Names.MembershipFaults.Contains)];

    private static RunPlan Plan(int seed, int members, string[] workloads, params string[] faults) => new()
    {
        Seed = seed,
        Minutes = 0.75,
        Members = members,
        Workloads = workloads,
        Faults = [.. faults.Where(Names.PossibleFaults.Contains)],
        Rate = 50,
    };
}
