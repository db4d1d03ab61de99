using System.CommandLine;
using System.Text.Json;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Cli;

/// <summary><c>replay DIR</c>: the same seed and schedule again.</summary>
internal static class ReplayVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A run's folder." };
        var output = new Option<string?>("--out") { Description = "The new results' folder." };
        var command = new Command("replay", "Runs the plan of an earlier run again: same seed, same schedule of faults.") { folder, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string from = parsed.GetValue(folder)!;
            RunPlan plan;
            try
            {
                plan = RunReport.ReadPlan(from);
            }
            catch (Exception unreadable) when (unreadable is IOException or JsonException or InvalidDataException)
            {
                Console.Error.WriteLine($"{from} holds no plan.json that can be read: name the folder of an earlier run");
                return 2;
            }

            return Names.TryRead(string.Join(',', plan.Workloads), string.Join(',', plan.Faults), out _, out _)
                ? await RunVerb.RunAsync(plan, parsed.GetValue(output), cancellationToken)
                : 2;
        });
        return command;
    }
}
