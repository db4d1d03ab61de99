using System.Diagnostics;
using StateServer.Chaos.Membership;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Tests;

/// <summary>The program as it is started: exit codes and what it says.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("run --members 4")]
    [InlineData("run --minutes 0")]
    [InlineData("run --minutes soon")]
    [InlineData("run --rate -1")]
    [InlineData("run --faults earthquake")]
    [InlineData("run --faults ,")]
    [InlineData("run --workload sleep")]
    [InlineData("run --workload membership,set")]
    [InlineData("run --workload membership --faults kill-leader")]
    [InlineData("run --nonsense")]
    [InlineData("replay /nowhere")]
    [InlineData("replay")]
    [InlineData("check /nowhere.jsonl")]
    [InlineData("soak --hours 0")]
    [InlineData("campaign --runs 0 --out x")]
    [InlineData("campaign")]
    [InlineData("destroy")]
    public async Task Wrong_use_is_one_line_and_exit_code_2(string words)
    {
        (int exitCode, string output, string error) = await RunAsync(words.Split(' '));
        Assert.Equal(2, exitCode);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "mine"), "");
        Assert.Equal(2, (await RunAsync("run", "--out", _folder, "--faults", "kill-leader")).ExitCode);
    }

    [Fact]
    public async Task Everything_is_listed()
    {
        (int exitCode, string output, _) = await RunAsync("list");
        Assert.Equal(0, exitCode);
        Assert.All(Catalogue.Faults, f => Assert.Contains($"  {f.Name} ", output, StringComparison.Ordinal));
        Assert.All(MembershipCatalogue.Faults, f => Assert.Contains($"  {f.Name} ", output, StringComparison.Ordinal));
        Assert.Contains($"  {MembershipCatalogue.Workload} ", output, StringComparison.Ordinal);
        Assert.All(Catalogue.Workloads, w => Assert.Contains($"  {w().Name} ", output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Histories_are_judged_by_exit_code()
    {
        string good = Path.Combine(_folder, "good.jsonl");
        string bad = Path.Combine(_folder, "bad.jsonl");
        Histories.HistoryFile.Write(good, new HistoryBuilder().Write(0, "1", 0, 1).Read(1, "1", 2, 3).Operations);
        Histories.HistoryFile.Write(bad, new HistoryBuilder().Write(0, "1", 0, 1).Read(1, null, 2, 3).Operations);
        Assert.Equal(0, (await RunAsync("check", good)).ExitCode);
        (int exitCode, string output, _) = await RunAsync("check", good, bad);
        Assert.Equal(1, exitCode);
        Assert.Contains("bad.jsonl: violated", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "chaos.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
