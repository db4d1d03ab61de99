using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>soak --hours H</c>: run after run with new seeds.</summary>
internal static class SoakVerb
{
    public static Command Create()
    {
        var hours = new Option<double>("--hours") { Description = "How long in all.", DefaultValueFactory = _ => 1 };
        var minutes = new Option<double>("--minutes") { Description = "Minutes under faults of each run.", DefaultValueFactory = _ => 1 };
        var output = new Option<string?>("--out") { Description = "The folder of the runs' folders." };
        var command = new Command("soak", "Run after run with new seeds, 3 and 5 members in turn; stops at the first that doesn't pass.")
        {
            hours, minutes, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string root = parsed.GetValue(output)
                ?? Path.Combine(Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"soak-{Environment.ProcessId}"));
            long started = Stopwatch.GetTimestamp();
            int runs = 0;
            while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromHours(parsed.GetValue(hours)) && !cancellationToken.IsCancellationRequested)
            {
                var plan = new RunPlan
                {
                    Seed = RandomNumberGenerator.GetInt32(1_000_000),
                    Minutes = parsed.GetValue(minutes),
                    Members = runs++ % 2 == 0 ? 3 : 5,
                    Workloads = Names.AllWorkloads,
                    Faults = Names.PossibleFaults,
                    Rate = 150,
                };
                if (await RunVerb.RunAsync(plan, Path.Combine(root, $"{plan.Seed}"), cancellationToken) != 0)
                {
                    return 1;
                }
            }

            Console.WriteLine($"{runs} runs passed");
            return 0;
        });
        return command;
    }
}
