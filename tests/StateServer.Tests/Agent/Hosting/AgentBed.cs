using System.Diagnostics;
using System.Globalization;
using StateServer.Agent;
using StateServer.Agent.Units;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;
using StateServer.Loopback;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Agent.Hosting;

/// <summary>A folder and ports for one agent; ends every process that came of it.</summary>
internal sealed class AgentBed : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly PortBlock _ports = PortBlock.Take(40);
    private readonly List<Process> _agents = [];

    /// <summary>The command of the executable under test.</summary>
    public static IReadOnlyList<string> Executable { get; } = [Path.Combine(AppContext.BaseDirectory, "stateserver")];

    /// <summary>The leader's port.</summary>
    public int LeaderPort => _ports.First;

    /// <summary>Another member's.</summary>
    public int OtherPort => _ports.First + 1;

    /// <summary>The agent's folder.</summary>
    public string Folder => _folder.Below("agent");

    public AgentOptions Options => Assigned.Options(Folder, new PortRange(_ports.First + 20, _ports.First + 39), $"127.0.0.1:{LeaderPort}");

    public UnitFolder Unit(int number) => UnitFolder.Of(Folder, Assigned.Web(number));

    /// <summary>A file that tests and units share.</summary>
    public string Shared(string name) => _folder.Below(name);

    /// <summary>Starts an agent's process.</summary>
    public Process StartAgent(int? port = null, string logLimit = "64KiB")
    {
        var start = new ProcessStartInfo(Executable[0]) { UseShellExecute = false, RedirectStandardError = true };
        string[] arguments =
        [
            "agent", "--folder", Folder, "--environment-id", $"{Assigned.Environment}", "--incarnation", $"{Assigned.Incarnation}",
            "--machine", "3", "--instance", "i-3", "--endpoints", $"127.0.0.1:{port ?? LeaderPort}",
            "--ports", Options.Ports.ToString(), "--log-limit", logLimit,
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process agent = Process.Start(start)!;
        agent.BeginErrorReadLine();
        _agents.Add(agent);
        return agent;
    }

    /// <summary>Waits for a condition.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(20);
        }
    }

    /// <summary>The number that a unit wrote into a file, once it is whole.</summary>
    public static int? NumberIn(string path)
    {
        try
        {
            return File.ReadAllText(path) is [.., '\n'] text && int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether a process runs; a zombie doesn't.</summary>
    public static bool Lives(int pid) => ProcessProof.Observe(pid) is not null;

    public static void Signal(int pid, int signal)
    {
        using var process = LibC.OpenProcess(pid);
        Assert.True(process is not null && LibC.Signal(process, signal), $"process {pid} is gone");
    }

    public void Dispose()
    {
        foreach (Process agent in _agents)
        {
            agent.Kill();
            agent.WaitForExit();
            agent.Dispose();
        }

        string units = UnitFolder.Root(Folder);
        foreach (var folder in Directory.Exists(units) ? Directory.EnumerateDirectories(units).Select(f => new UnitFolder(f)) : [])
        {
            ProvenSignal.Send(folder.Path, LibC.SigKill);
            if (UnitOrder.Read(folder.OrderFile) is { } order)
            {
                UnitProcesses.KillAll(order.Token);
            }
        }

        _folder.Dispose();
        _ports.Dispose();
    }
}
