using System.Diagnostics;
using System.Runtime.Versioning;
using StateServer.Providers.Local;
using StateServer.StateServer.Tests.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>Whether a process carries a mark, whatever it is doing.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ProcessMarkTests : IDisposable
{
    private const string Variable = "STATESERVER_TEST_MARK";

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _started = [];

    private ProcessMark Mark => new(Variable, _folder.Path, TimeSpan.FromMinutes(2));

    [Fact]
    public void A_process_that_goes_from_program_to_program_is_never_overlooked()
    {
        string script = _folder.Below("again");
        File.WriteAllText(script, "#!/bin/sh\nexec \"$0\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Process restless = Start(script, ($"{Variable}", _folder.Path));
        for (int look = 0; look < 20_000; look++)
        {
            Assert.True(Mark.IsCarriedBy(restless.Id), $"it was overlooked by look {look}");
        }

        Assert.False(restless.HasExited);
    }

    [Fact]
    public void A_mark_within_another_variable_is_none_and_hides_none()
    {
        Process stranger = Start("/bin/sleep", ("A", $"{Variable}={_folder.Path}"));
        Process ours = Start("/bin/sleep", ("A", $"{Variable}={_folder.Path}"), (Variable, _folder.Path));
        Process another = Start("/bin/sleep", (Variable, _folder.Path + "/more"));
        Process bare = Start("/bin/sleep");
        Assert.Equal([false, true, false, false], new[] { stranger, ours, another, bare }.Select(p => Mark.IsCarriedBy(p.Id)));
        Assert.Equal(ours.Id, Assert.Single(Mark.Bearers()).Pid);
    }

    [Fact]
    public async Task What_has_ended_carries_nothing()
    {
        Process ended = Start("/bin/sleep", (Variable, _folder.Path));
        ended.Kill();
        await ended.WaitForExitAsync();
        Assert.False(Mark.IsCarriedBy(ended.Id));
        Assert.False(Mark.IsCarriedBy(int.MaxValue));
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private Process Start(string program, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, ["600"]);
        start.Environment.Clear();
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }
}
