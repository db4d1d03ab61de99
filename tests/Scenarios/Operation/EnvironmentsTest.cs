using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;

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

    public void Dispose() => _scratch.Dispose();

    private async Task<CommandResult> RunAsync(int exitCode, params string[] arguments)
    {
        CommandResult result = await StateServerExecutable.RunAsync(
            arguments,
            new Dictionary<string, string>
            {
                ["XDG_CONFIG_HOME"] = _scratch.Path,
                ["STATESERVER_ENVIRONMENTS"] = "",
                ["STATESERVER_ENVIRONMENT"] = "",
            });
        Assert.True(exitCode == result.ExitCode, $"exit code {result.ExitCode}: {result.Error}");
        return result;
    }
}
