using System.Diagnostics;
using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Clusters;

/// <summary>Debian's etcd: the scenarios run against it too, which shows that they ask for what etcd's users get.</summary>
internal sealed class EtcdCluster(int size, params IReadOnlyList<string> more) : TestCluster(size)
{
    private readonly Dictionary<int, Process> _processes = [];

    private string Folder => Path.Combine(Scratch, "etcd");

    /// <summary>Skips the test where there is no etcd.</summary>
    /// <param name="size">Members.</param>
    /// <param name="more">More flags of each.</param>
    public static async Task<EtcdCluster> StartedAsync(int size = 3, params IReadOnlyList<string> more)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/etcd"), "etcd isn't installed (Debian: etcd-server)");
        var cluster = new EtcdCluster(size, more);
        try
        {
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public override int? ProcessOf(int slot) =>
        _processes.TryGetValue(slot, out var process) && LiveProcess.IsAlive(process.Id) ? process.Id : null;

    public override Task LaunchAsync(int slot)
    {
        Directory.CreateDirectory(Folder);
        string peers = string.Join(',', Slots.Select(other => $"{NameOf(other)}={PeerUrl(other)}"));
        string[] command =
        [
            "/usr/bin/etcd", "--name", NameOf(slot), "--data-dir", Path.Combine(Folder, NameOf(slot)),
            "--listen-client-urls", $"http://{Endpoints[slot]}", "--advertise-client-urls", $"http://{Endpoints[slot]}",
            "--listen-peer-urls", PeerUrl(slot), "--initial-advertise-peer-urls", PeerUrl(slot),
            "--initial-cluster", peers, "--initial-cluster-state", "new", "--logger", "zap", .. more,
        ];
        string line = string.Join(' ', command) + $" >>{Path.Combine(Folder, NameOf(slot))}.log 2>&1";
        _processes[slot] = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec " + line]))!;
        return Task.CompletedTask;
    }

    protected override async Task LaunchAsync()
    {
        foreach (int slot in Slots.Where(slot => ProcessOf(slot) is null))
        {
            await LaunchAsync(slot);
        }
    }

    protected override Task StopAllAsync()
    {
        foreach (var process in _processes.Values.Where(process => !process.HasExited))
        {
            process.Kill();
            process.WaitForExit();
        }

        return Task.CompletedTask;
    }

    protected override IEnumerable<string> LogFiles(int slot) => [Path.Combine(Folder, NameOf(slot)) + ".log"];

    private static string NameOf(int slot) => $"m{slot}";

    private string PeerUrl(int slot) => $"http://127.0.0.1:{Port + (10 * slot) + 1}";
}
