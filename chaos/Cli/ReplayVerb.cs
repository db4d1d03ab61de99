using System.CommandLine;
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
            if (!File.Exists(Path.Combine(from, "plan.json")))
            {
                Console.Error.WriteLine($"{from} holds no plan.json: name the folder of an earlier run");
                return 2;
            }

            return await RunVerb.RunAsync(RunReport.ReadPlan(from), parsed.GetValue(output), cancellationToken);
        });
        return command;
    }
}
