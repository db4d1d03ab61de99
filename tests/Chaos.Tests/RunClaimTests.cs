using System.Diagnostics;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Tests;

public sealed class RunClaimTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly Process _process = Process.Start("sleep", "600");

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_a_dead_run_left_is_ended_and_its_list_goes()
    {
        Leave(runnersStart: 1, ProcessProof.Boot, ProcessProof.StartOf(_process.Id)!.Value);
        Assert.Equal([$"process {_process.Id}"], RunClaim.Sweep(_folder));
        Assert.True(_process.WaitForExit(Limit));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void State_servers_below_a_dead_runs_folder_are_ended_though_nobody_noted_them_and_others_are_not()
    {
        string data = Directory.CreateTempSubdirectory().FullName;
        using Process below = Process.Start("sh", ["-c", "kill -STOP $$; :", "server", "--data-dir", $"{data}/m1"]);
        using Process beside = Process.Start("sh", ["-c", "kill -STOP $$; :", "server", "--data-dir", $"{data}beside/m1"]);
        try
        {
            File.WriteAllText(Path.Combine(_folder, "dead"), $"runner {Environment.ProcessId} 1 {ProcessProof.Boot}\nservers {data}\n");
            Assert.Equal([$"process {below.Id}"], RunClaim.Sweep(_folder));
            Assert.True(below.WaitForExit(Limit));
            Assert.False(beside.HasExited);
            Assert.Empty(Directory.EnumerateFiles(_folder));
        }
        finally
        {
            below.Kill();
            beside.Kill();
            Directory.Delete(data);
        }
    }

    [Fact]
    public void A_live_run_is_left_alone()
    {
        using RunClaim claim = RunClaim.Take(_folder);
        claim.NoteProcess(_process.Id);
        Assert.Empty(RunClaim.Sweep(_folder));
        Assert.False(_process.HasExited);
        Assert.Single(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_later_process_with_the_same_number_is_left_alone()
    {
        Leave(runnersStart: 1, ProcessProof.Boot, ProcessProof.StartOf(_process.Id)!.Value + 1);
        Assert.Empty(RunClaim.Sweep(_folder));
        Assert.False(_process.HasExited);
    }

    [Fact]
    public void After_a_reboot_numbers_mean_nothing()
    {
        Leave(runnersStart: 1, "another-boot", ProcessProof.StartOf(_process.Id)!.Value);
        Assert.Empty(RunClaim.Sweep(_folder));
        Assert.False(_process.HasExited);
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_file_that_is_no_list_is_left_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "notes"), $"process {_process.Id} {ProcessProof.StartOf(_process.Id)}\n");
        Assert.Empty(RunClaim.Sweep(_folder));
        Assert.False(_process.HasExited);
        Assert.Single(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_run_that_ends_by_itself_leaves_no_list()
    {
        RunClaim.Take(_folder).Dispose();
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_stopped_process_is_told_from_a_running_one()
    {
        Signals.Send(_process.Id, Signals.Stop);
        Assert.True(SpinWait.SpinUntil(() => ProcessProof.StateOf(_process.Id) == 'T', Limit));
        Signals.Send(_process.Id, Signals.Continue);
        Assert.True(SpinWait.SpinUntil(() => ProcessProof.StateOf(_process.Id) == 'S', Limit));
    }

    /// <summary>The list of a run whose process number is this one's, and whose start isn't.</summary>
    private void Leave(long runnersStart, string boot, long start) => File.WriteAllText(
        Path.Combine(_folder, "dead"),
        $"runner {Environment.ProcessId} {runnersStart} {boot}\nprocess {_process.Id} {start}\n");
}
