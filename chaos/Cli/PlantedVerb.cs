using System.CommandLine;
using System.Globalization;
using StateServer.Chaos.Planted;

namespace StateServer.Chaos.Cli;

/// <summary><c>planted</c>: builds the executable with each planted bug in turn, and sees which are found.</summary>
internal static class PlantedVerb
{
    public static Command Create()
    {
        var bugs = new Option<string?>("--bug") { Description = "Names with commas between; all by default." };
        var minutes = new Option<double>("--minutes") { Description = "Minutes for each bug at most, its build excluded.", DefaultValueFactory = _ => 5 };
        var runMinutes = new Option<double>("--run-minutes") { Description = "Minutes under faults of each run.", DefaultValueFactory = _ => 0.6 };
        var seed = new Option<int?>("--seed") { Description = "The first run's seed; by default the one that found the bug before." };
        var output = new Option<string?>("--out") { Description = "The results' folder; a new one under the temporary folder by default." };
        var command = new Command("planted", "Builds with each planted bug in turn; exit code 0 when every one is found.")
        {
            bugs, minutes, runMinutes, seed, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Names.TryRead(parsed.GetValue(bugs), [.. PlantedBugs.All.Select(b => b.Name)], "planted bug", out IReadOnlyList<string> chosen))
            {
                return 2;
            }

            string folder = parsed.GetValue(output) ?? Path.Combine(
                Path.GetTempPath(), "stateserver-chaos", string.Create(CultureInfo.InvariantCulture, $"planted-{Environment.ProcessId}"));
            Directory.CreateDirectory(folder);
            Console.WriteLine($"results in {folder}");
            var hunt = new PlantedHunt(folder, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(runMinutes), Console.Out);
            var findings = new List<Finding>();
            try
            {
                foreach (PlantedBug bug in PlantedBugs.All.Where(b => chosen.Contains(b.Name)))
                {
                    findings.Add(await hunt.HuntAsync(parsed.GetValue(seed) is { } first ? bug with { Seed = first } : bug, cancellationToken));
                }
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine("interrupted");
                return 1;
            }

            foreach (Finding finding in findings)
            {
                Console.WriteLine($"{finding.Bug.Name,-24} {finding.FoundBy ?? "NOT FOUND",-40} seed {finding.Seed?.ToString(CultureInfo.InvariantCulture) ?? "-"}, {finding.Time.TotalSeconds:0} s");
            }

            return findings.All(f => f.FoundBy is not null) ? 0 : 1;
        });
        return command;
    }
}
