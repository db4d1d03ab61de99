using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Tools;

/// <summary>Debian's python3-etcd3, unmodified.</summary>
internal static class PythonClient
{
    private const string Program = "/usr/bin/python3";

    /// <summary>Skips the test where the machine has none.</summary>
    public static async Task RequiredAsync()
    {
        bool there = File.Exists(Program) && (await Command.RunAsync(Program, ["-c", "import etcd3"])).ExitCode == 0;
        Assert.SkipUnless(there, "python's etcd3 isn't installed (Debian: python3-etcd3)");
    }

    /// <summary>Runs the scenario through one member.</summary>
    public static async Task RunAsync(TestCluster cluster, int slot)
    {
        string[] address = cluster.Endpoints[slot].Split(':');
        string urls = string.Join(',', cluster.Endpoints.Select(endpoint => $"http://{endpoint}"));
        var result = await Command.RunAsync(
            Program,
            [Path.Combine(AppContext.BaseDirectory, "Python", "scenario.py"), address[0], address[1], urls],
            environment: new Dictionary<string, string> { ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python" },
            limit: TimeSpan.FromMinutes(2));
        Assert.True(result.ExitCode == 0 && result.Output.TrimEnd().EndsWith("done", StringComparison.Ordinal), result.ToString());
    }
}
