using System.Text.Json;
using StateServer.Loopback;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Operation;

/// <summary><c>up</c> as a new user meets it: an environment whose state servers are machines, in three zones.</summary>
public sealed class EnvironmentUpTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ScratchFolder _scratch = new();
    private readonly PortBlock _ports = PortBlock.Take();

    private string Root => Path.Combine(_scratch.Path, "cluster");

    [Fact]
    public async Task Down_and_up_lose_nothing_and_healing_stays_paused_while_one_is_not_back()
    {
        CommandResult first = await RunAsync(0, "up", "--port", $"{_ports.First}", "--detach");
        Assert.Contains("maintaining machines: 0\nadding machines: 1, 2\n", first.Output, StringComparison.Ordinal);
        JsonElement[] members = await VotersAsync();
        Assert.Equal(["local-a", "local-b", "local-c"], members.Select(member => Text(member, "zone")).Order(StringComparer.Ordinal));
        using (var connection = new EtcdConnection($"127.0.0.1:{_ports.First}"))
        {
            await connection.PutAsync("kept", "1");
        }

        // All of it is there: nothing is started, asked for or changed.
        Assert.DoesNotContain(": started", (await RunAsync(0, "up", "-n", "3", "--detach")).Output, StringComparison.Ordinal);
        Assert.Equal(Ids(members), Ids(await VotersAsync()));

        Assert.DoesNotContain("could not be paused", (await RunAsync(0, "down")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(LiveProcess.Pids(), pid => LiveProcess.CommandLine(pid).Contains(Root + "/", StringComparison.Ordinal));
        Assert.Contains("server-0: started (machine 0)", (await RunAsync(0, "up", "--detach")).Output, StringComparison.Ordinal);
        Assert.Equal(Ids(members), Ids(await VotersAsync()));
        Assert.Equal(JsonValueKind.Null, (await MembersAsync()).GetProperty("healingPausedWhy").ValueKind);
        using (var connection = new EtcdConnection($"127.0.0.1:{_ports.First}"))
        {
            Assert.Equal("1", Assert.Single((await connection.RangeAsync("kept")).Keys).Value);
        }

        await MissingAsync(Text(members.Single(member => Text(member, "machine") == "1"), "name"));
        await RunAsync(0, "down", "--destroy");
        Assert.False(Directory.Exists(Root));
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Root))
        {
            await RunAsync(0, "down", "--destroy");
        }

        _scratch.Dispose();
        _ports.Dispose();
    }

    /// <summary>Its machine ends while all are down.</summary>
    private async Task MissingAsync(string name)
    {
        await RunAsync(0, "down");
        await RunAsync(0, "local", "kill-machine", "1");
        CommandResult up = await RunAsync(1, "up", "--detach");
        Assert.Contains($"stateserver: {name} has no machine in {Root}", up.Error, StringComparison.Ordinal);
        Assert.Contains($"Healing stays paused, since not all are back ({name})", up.Output, StringComparison.Ordinal);
        Assert.Equal("down", Text(await MembersAsync(), "healingPausedWhy"));

        // Where it announced its stop, it is replaced ten minutes later: nobody waits for that here.
        await RunAsync(0, "healing", "resume");
        Assert.Equal(JsonValueKind.Null, (await MembersAsync()).GetProperty("healingPausedWhy").ValueKind);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<string> Ids(JsonElement[] members) => members.Select(member => Text(member, "id")).Order(StringComparer.Ordinal);

    private async Task<JsonElement[]> VotersAsync() =>
        [.. (await MembersAsync()).GetProperty("members").EnumerateArray().Where(member => Text(member, "vote") == "has-vote")];

    private async Task<JsonElement> MembersAsync() =>
        JsonDocument.Parse((await RunAsync(0, "member", "list", "--format", "json")).Output).RootElement;

    private async Task<CommandResult> RunAsync(int exitCode, params string[] arguments)
    {
        CommandResult result = await StateServerExecutable.RunAsync([.. arguments, "--root", Root], limit: Patience);
        Assert.True(exitCode == result.ExitCode, $"{string.Join(' ', arguments)}: exit code {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
