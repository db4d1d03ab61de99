using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Placement;

/// <summary>A local cluster with its environment, and what one asks of it. Units are real processes whose command line names the test's folder.</summary>
internal sealed class PlacedCluster : IAsyncDisposable
{
    /// <summary>Each machine is a runtime that starts on two cores, which other tests use too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private PlacedCluster(StateServerCluster cluster) => Cluster = cluster;

    public StateServerCluster Cluster { get; }

    /// <summary>The file that each unit's process follows.</summary>
    public string Anchor => Path.Combine(Cluster.Disk, "anchor");

    public static async Task<PlacedCluster> StartedAsync()
    {
        var cluster = StateServerCluster.Unstarted(bare: false);
        try
        {
            await cluster.StartAsync();
            var placed = new PlacedCluster(cluster);
            await File.WriteAllTextAsync(placed.Anchor, "");
            return placed;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task DeployAsync(string service, int units) =>
        (await Cluster.VerbAsync("deploy", service, "-n", $"{units}", "--", "/usr/bin/tail", "-f", Anchor)).Succeeded();

    /// <summary>A verb below <c>local</c>.</summary>
    public async Task LocalAsync(string verb, string subject) =>
        (await StateServerExecutable.RunAsync(["local", verb, "--root", Cluster.Root, subject])).Succeeded();

    /// <summary>Processes of units that live, as the kernel tells.</summary>
    public int Processes() => Directory.EnumerateDirectories("/proc")
        .Count(folder => int.TryParse(Path.GetFileName(folder), out int pid)
            && LiveProcess.CommandLine(pid).StartsWith($"/usr/bin/tail -f {Anchor}", StringComparison.Ordinal));

    /// <summary>Waits until a service's units all run, and as many processes live; returns their spread, most first, such as 4/3/3.</summary>
    public async Task<string> RunningAsync(string service, int units)
    {
        string spread = "";
        string last = "";
        await Until.TrueAsync(
            $"{units} units of {service} run",
            Patience,
            async () =>
            {
                JsonElement status = await Cluster.StatusAsync();
                last = status.ToString();

                // While there is no leader the model is left out.
                if (!status.TryGetProperty("services", out JsonElement services) || services.ValueKind != JsonValueKind.Array)
                {
                    return false;
                }

                JsonElement found = services.EnumerateArray().Single(s => s.GetProperty("name").GetString() == service);
                spread = string.Join('/', found.GetProperty("spread").EnumerateObject().Select(zone => zone.Value.GetInt32()).OrderDescending());
                return found.GetProperty("unitsRunning").GetInt32() == units && Processes() == units;
            },
            () => $"{Processes()} processes\n{last}\n{Cluster.Logs()}");
        return spread;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
