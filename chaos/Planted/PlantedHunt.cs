using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Cli;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Planted;

/// <summary>Builds the executable (or the tests) with one planted bug each, and sees whether it is found.</summary>
/// <param name="folder">Where the runs' folders go.</param>
/// <param name="budget">The time for one bug, builds excluded.</param>
/// <param name="runMinutes">Minutes under faults of each run.</param>
/// <param name="display">Told how it goes.</param>
internal sealed partial class PlantedHunt(string folder, TimeSpan budget, double runMinutes, TextWriter display)
{
    private static readonly string Root = FindRoot();

    public async Task<Finding> HuntAsync(PlantedBug bug, CancellationToken cancellationToken)
    {
        string project = bug.Test is null ? "src/StateServer" : "tests/Consensus.Tests";
        string outputs = Path.Combine(Root, "artifacts", "planted", bug.Name, "bin", Path.GetFileName(project), "release");
        display.WriteLine($"{bug.Name}: {bug.Description}; building");
        await RunAsync(
            Path.Combine(folder, $"{bug.Name}-build.txt"),
            "dotnet",
            ["build", Path.Combine(Root, project), "-c", "Release", "-nologo", "-v", "q", $"-p:PlantedBug={bug.Name}"],
            null,
            cancellationToken);
        Finding finding = bug.Test is null
            ? await HuntWithRunsAsync(bug, Path.Combine(outputs, "stateserver"), cancellationToken)
            : await HuntWithTestAsync(bug, Path.Combine(outputs, "StateServer.Consensus.Tests.dll"), cancellationToken);
        display.WriteLine($"{bug.Name}: {(finding.FoundBy is null ? "NOT FOUND" : $"found by {finding.FoundBy}")} after {finding.Time.TotalSeconds:0} s: {finding.Detail}");
        return finding;
    }

    private async Task<Finding> HuntWithRunsAsync(PlantedBug bug, string executable, CancellationToken cancellationToken)
    {
        string version = Path.Combine(folder, $"{bug.Name}-version.txt");
        await RunAsync(version, executable, ["version"], null, cancellationToken);
        if (!(await File.ReadAllTextAsync(version, cancellationToken)).Contains($"PLANTED-BUG-{bug.Name} ", StringComparison.Ordinal))
        {
            return new Finding(bug, null, $"{executable} does not say that it holds the bug", null, TimeSpan.Zero);
        }

        long started = Stopwatch.GetTimestamp();
        int runs = 0;
        for (int seed = bug.Seed; runs == 0 || Stopwatch.GetElapsedTime(started) < budget; seed++, runs++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string results = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{bug.Name}-{seed}"));
            await RunAsync(results + ".txt", "dotnet", [Path.Combine(AppContext.BaseDirectory, "chaos.dll"), .. Words(bug, seed, results)], executable, cancellationToken);
            if (RunReport.TryRead(results)?.Verdicts.Where(v => v.Conclusion == Conclusion.Violated).ToArray() is { Length: > 0 } violated)
            {
                return new Finding(
                    bug, string.Join(", ", violated.Select(v => v.Checker)), violated[0].Detail, seed, Stopwatch.GetElapsedTime(started));
            }

            display.WriteLine($"  seed {seed}: not found");
        }

        return new Finding(bug, null, $"{runs} runs of {runMinutes} minutes in vain", null, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>A test that ran and failed has found the bug; one that could not run has not.</summary>
    private async Task<Finding> HuntWithTestAsync(PlantedBug bug, string tests, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        string output = Path.Combine(folder, $"{bug.Name}-test.txt");
        await RunAsync(output, "dotnet", ["exec", tests, "-method", $"*{bug.Test}"], null, cancellationToken);
        string summary = File.ReadLines(output).FirstOrDefault(l => l.Contains("Failed: ", StringComparison.Ordinal))?.Trim() ?? $"no summary in {output}";
        bool failed = FailedTests().IsMatch(summary);
        return new Finding(bug, failed ? bug.Test : null, summary, null, Stopwatch.GetElapsedTime(started));
    }

    private IEnumerable<string> Words(PlantedBug bug, int seed, string results) =>
    [
        "run", "--alone",
        "--seed", seed.ToString(CultureInfo.InvariantCulture),
        "--minutes", runMinutes.ToString(CultureInfo.InvariantCulture),
        "--members", bug.Members.ToString(CultureInfo.InvariantCulture),
        "--workload", string.Join(',', bug.Workloads),
        "--faults", string.Join(',', bug.Faults.Where(Names.FaultsOf(bug.Workloads).Contains)),
        "--rate", bug.Rate.ToString(CultureInfo.InvariantCulture),
        "--out", results,
    ];

    private static async Task<int> RunAsync(
        string output, string program, IEnumerable<string> words, string? executable, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Executable.Variable] = executable;
        using Process process = Process.Start(start)!;

        // An interrupted run clears up after itself, and is waited for.
        await using CancellationTokenRegistration stop = cancellationToken.Register(() => Signals.Send(process.Id, Signals.Terminate));
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await using (var file = new StreamWriter(output))
        {
            while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            {
                await file.WriteLineAsync(line);
            }

            await file.WriteAsync(await errors);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    [GeneratedRegex("Failed: [1-9]")]
    private static partial Regex FailedTests();

    private static string FindRoot()
    {
        for (DirectoryInfo? above = new(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            if (File.Exists(Path.Combine(above.FullName, "PlantedBugs.props")))
            {
                return above.FullName;
            }
        }

        throw new FileNotFoundException("the sources are nowhere above this program: planted bugs are built from them");
    }
}
