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
        Option<double> hours = new Option<double>("--hours") { Description = "How long in all.", DefaultValueFactory = _ => 1 }.Above(0, 24 * 365);
        Option<double> minutes = new Option<double>("--minutes") { Description = "Minutes under faults of each run.", DefaultValueFactory = _ => 1 }.Above(0, 24 * 60);
        var output = new Option<string?>("--out") { Description = "The folder of the runs' folders." };
        var command = new Command("soak", "Run after run with new seeds, 3 and 5 members in turn; stops at the first that doesn't pass.")
        {
            hours, minutes, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string root = parsed.GetValue(output)
                ?? Path.Combine(Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"soak-{Environment.ProcessId}"));
            int seed = RandomNumberGenerator.GetInt32(1_000_000);
            Console.WriteLine($"seed {seed}");
            Names.SaySkipped(Console.Out);
            long started = Stopwatch.GetTimestamp();
            int runs = 0;
            foreach (RunPlan plan in CampaignPlan.Draw(seed, parsed.GetValue(minutes), Names.UsualWorkloads, Names.UsualFaults))
            {
                if (Stopwatch.GetElapsedTime(started) >= TimeSpan.FromHours(parsed.GetValue(hours)) || cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                if (await RunVerb.RunAsync(plan, Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{runs:000}")), cancellationToken) != 0)
                {
                    return 1;
                }

                runs++;
            }

            Console.WriteLine($"{runs} runs passed");
            return cancellationToken.IsCancellationRequested ? 1 : 0;
        });
        return command;
    }
}
