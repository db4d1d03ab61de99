using System.Text.Json;
using StateServer.Loopback;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Operation;

/// <summary>Environments as a new user meets them: none but the built-in one, then a file, a switch, and mistakes.</summary>
public sealed class EnvironmentsTest : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private string Folder => Path.Combine(_scratch.Path, "stateserver");

    private string EnvironmentsFile => Path.Combine(Folder, "environments.yaml");

    [Fact]
    public async Task Environments_are_listed_switched_and_judged()
    {
        Assert.Contains("*  local  local", (await RunAsync(0, "environments")).Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));

        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(
            EnvironmentsFile, "default: here\nenvironments:\n  here: {type: local}\n  there: {type: ec2, region: us-east-1}\n");
        Assert.Equal("here", (await RunAsync(0, "switch")).Output.Trim());
        Assert.Equal("here -> there", (await RunAsync(0, "switch", "there")).Output.Trim());
        Assert.Contains("*  there  ec2    us-east-1", (await RunAsync(0, "environments")).Output, StringComparison.Ordinal);
        Assert.Contains("*  here", (await RunAsync(0, "environments", "-e", "here")).Output, StringComparison.Ordinal);
        Assert.Equal(
            $"stateserver: there is no environment \"where\" in {EnvironmentsFile}; there are here, there",
            (await RunAsync(2, "switch", "where")).Error.Trim());
        Assert.Equal("there", (await RunAsync(0, "switch")).Output.Trim());

        await File.WriteAllTextAsync(EnvironmentsFile, "environments:\n  there:\n    type: ec2\n    secret-key: hunter2\n    zone: a\n");
        CommandResult wrong = await RunAsync(2, "environments");
        Assert.Empty(wrong.Output);
        Assert.StartsWith($"stateserver: {EnvironmentsFile}:4: 'secret-key' is a credential", wrong.Error, StringComparison.Ordinal);
        Assert.Contains($"stateserver: {EnvironmentsFile}:5: no environment has a key 'zone'", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_is_bootstrapped_found_by_its_name_and_destroyed()
    {
        using var ports = PortBlock.Take();
        string root = Path.Combine(_scratch.Path, "machines");
        await WriteAsync(root, "noble");
        CommandResult made = await RunAsync(0, "bootstrap", "--port", $"{ports.First}");
        string address = $"127.0.0.1:{ports.First}";
        Assert.Contains("server-0: serves\n", made.Output, StringComparison.Ordinal);
        Assert.EndsWith($"Bootstrapped here with machine 0 in zone local-b: {address}\n", made.Output, StringComparison.Ordinal);

        string already = $"stateserver: environment 'here' is bootstrapped already ({address}); 'stateserver destroy-environment -e here' ends it\n";
        Assert.Equal(already, (await RunAsync(1, "bootstrap")).Error);
        await WriteAsync(root, "jammy");
        Assert.Equal($"stateserver: cannot change default-series\n{already}", (await RunAsync(1, "bootstrap")).Error);

        await FoundAsync(address);
        await DeployedAsync();

        await File.WriteAllTextAsync(Path.Combine(root, "mine.txt"), "kept");
        Assert.Contains("nothing was removed", (await RunAsync(1, "destroy-environment", "-e", "here")).Error, StringComparison.Ordinal);
        Assert.Contains("mine.txt", (await RunAsync(0, "destroy-environment", "-e", "here", "-y")).Output, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(root, "mine.txt")], Directory.EnumerateFileSystemEntries(root));
        Assert.DoesNotContain(LiveProcess.Pids(), pid => LiveProcess.CommandLine(pid).Contains(root + "/", StringComparison.Ordinal));
        Assert.Contains("not bootstrapped", (await RunAsync(1, "status", "-e", "here")).Error, StringComparison.Ordinal);
    }

    /// <summary>Any address leads there, and what is remembered follows the members.</summary>
    private async Task FoundAsync(string address)
    {
        string reach = Path.Combine(Folder, "reach", "here.json");
        string known = await File.ReadAllTextAsync(reach);
        await File.WriteAllTextAsync(reach, known.Replace($"\"{address}\"", $"\"127.0.0.1:1\", \"{address}\"", StringComparison.Ordinal));
        Assert.Equal("mem=2048M\n", (await RunAsync(0, "get-constraints")).Output);
        Assert.Equal(known, await File.ReadAllTextAsync(reach));

        await RunAsync(0, "switch", "there");
        Assert.Equal(
            "stateserver: environment 'there' is not bootstrapped; 'stateserver bootstrap -e there' begins it\n",
            (await RunAsync(1, "status")).Error);
        Assert.Contains("Environment here (local), series noble", (await RunAsync(0, "status", "-e", "here")).Output, StringComparison.Ordinal);
        await RunAsync(0, "switch", "here");
    }

    /// <summary>The fields that programs read, once something runs.</summary>
    private async Task DeployedAsync()
    {
        string anchor = Path.Combine(_scratch.Path, "machines", "..", "anchor");
        await File.WriteAllTextAsync(anchor, "");
        await RunAsync(0, "deploy", "web", "-n", "2", "--", "/usr/bin/tail", "-f", anchor);
        JsonElement status = default;
        await Until.TrueAsync(
            "both units run",
            TimeSpan.FromMinutes(4),
            async () =>
            {
                status = JsonDocument.Parse((await RunAsync(0, "status", "--format", "json")).Output).RootElement;
                return status.GetProperty("services")[0].GetProperty("unitsRunning").GetInt32() == 2;
            },
            () => status.ToString());
        Assert.Equal("here", status.GetProperty("environment").GetProperty("name").GetString());
        AssertHas(status.GetProperty("machines"), "id", "zone", "series", "state", "instanceId", "address", "agent", "services");
        AssertHas(status.GetProperty("services"), "name", "exposed", "ports", "units", "unitsRunning", "spread");
        AssertHas(status.GetProperty("units"), "name", "service", "machine", "zone", "state", "message", "restarts");
        Assert.Equal(
            "{\"local-b\":1,\"local-c\":1}", JsonSerializer.Serialize(status.GetProperty("services")[0].GetProperty("spread")));
    }

    private static void AssertHas(JsonElement items, params string[] fields) => Assert.All(
        items.EnumerateArray(), item => Assert.Subset([.. item.EnumerateObject().Select(p => p.Name)], fields.ToHashSet()));

    private async Task WriteAsync(string root, string series)
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(
            EnvironmentsFile,
            $$"""
            default: here
            environments:
              here: {type: local, root: {{root}}, zones: [local-b, local-c], constraints: mem=2G, default-series: {{series}}}
              there: {type: local, root: {{root}}-there}
            """);
    }

    public void Dispose() => _scratch.Dispose();

    private async Task<CommandResult> RunAsync(int exitCode, params string[] arguments)
    {
        CommandResult result = await StateServerExecutable.RunAsync(
            arguments,
            new Dictionary<string, string>
            {
                ["XDG_CONFIG_HOME"] = _scratch.Path,
                ["XDG_STATE_HOME"] = _scratch.Path,
                ["STATESERVER_ENVIRONMENTS"] = "",
                ["STATESERVER_ENVIRONMENT"] = "",
            });
        Assert.True(exitCode == result.ExitCode, $"exit code {result.ExitCode}: {result.Error}");
        return result;
    }
}
