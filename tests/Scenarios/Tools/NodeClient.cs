using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Tools;

/// <summary>npm's etcd3, unmodified, in the versions that Node/package-lock.json pins; installed once a test run into a folder of its own.</summary>
internal static class NodeClient
{
    /// <summary>What its package asks for.</summary>
    private const int LeastMajorVersion = 16;

    /// <summary>How npm says that it reached no registry: that is the machine's fault, anything else is ours.</summary>
    private static readonly string[] Unreachable =
        ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ETIMEDOUT", "ERR_SOCKET_TIMEOUT", "E403", "E404", "E502", "E503", "ENOTCACHED"];

    /// <summary>Left to the watch over all scratch folders, which ends it with this process.</summary>
    private static readonly Lazy<Task<(string Folder, string? Missing)>> Installation = new(InstallAsync);

    /// <summary>Skips the test where the machine has no node or reaches no registry.</summary>
    public static async Task RequiredAsync()
    {
        string? missing = (await Installation.Value).Missing;
        Assert.SkipUnless(missing is null, $"npm's etcd3 can't be installed: {missing}");
    }

    /// <summary>Runs the scenario through one member, which is killed and started again when the script asks for it.</summary>
    public static async Task RunAsync(TestCluster cluster, int slot)
    {
        string folder = (await Installation.Value).Folder;
        var start = Command.StartInfo("node", ["scenario.js", $"{slot}", string.Join(',', cluster.Endpoints)], null, folder);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var said = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                said.Add(line);
                await ObeyAsync(cluster, slot, line, process.StandardInput);
            }

            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            said.Add("FAILED: it didn't end within five minutes");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.True(
            process.ExitCode == 0 && said[^1] == "done",
            $"node scenario.js through slot {slot}: exit code {process.ExitCode}\n{string.Join('\n', said)}\n{await error}\n{cluster.Logs()}");
    }

    private static async Task ObeyAsync(TestCluster cluster, int slot, string line, StreamWriter answers)
    {
        switch (line)
        {
            case "please kill":
                await cluster.KillAsync(slot);
                break;
            case "please start":
                await cluster.LaunchAsync(slot);
                break;
            default:
                return;
        }

        await answers.WriteLineAsync("done");
        await answers.FlushAsync();
    }

    private static async Task<(string Folder, string? Missing)> InstallAsync()
    {
        string folder = new ScratchFolder().Path;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Node")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        try
        {
            var version = (await Command.RunAsync("node", ["--version"])).Succeeded();
            if (!int.TryParse(version.Output.Trim().TrimStart('v').Split('.')[0], out int major) || major < LeastMajorVersion)
            {
                return (folder, $"node is {version.Output.Trim()}, and it needs {LeastMajorVersion} at least");
            }

            var install = await Command.RunAsync(
                "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], limit: TimeSpan.FromMinutes(3), folder: folder);
            bool unreachable = install.ExitCode != 0 && Unreachable.Any(code => install.Error.Contains(code, StringComparison.Ordinal));
            return (folder, unreachable ? install.Error.Split('\n')[0] : Installed(install));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (folder, "node or npm isn't installed (Debian: nodejs, npm)");
        }
    }

    private static string? Installed(CommandResult install)
    {
        install.Succeeded();
        return null;
    }
}
