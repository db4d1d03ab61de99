using StateServer.Cli;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>Wrong use of each verb: exit code 2, a line on standard error that says what would be right, nothing on standard output.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "a verb is missing; give one of up, down, bootstrap, destroy-environment, local, server, agent, status, environments, switch, snapshot, recover, mint, version")]
    [InlineData("frob", "there is no verb or flag 'frob'")]
    [InlineData("up -n 2", "-n 2: a cluster has 1, 3, 5 or 7 members")]
    [InlineData("up -n 9", "-n 9: a cluster has 1, 3, 5 or 7 members")]
    [InlineData("up -n three", "-n: 'three' is no whole number")]
    [InlineData("up --port 0", "--port 0: out of range; give 1 to 55535, each machine takes ten ports from there")]
    [InlineData("up --no-environment --port 0", "--port 0: out of range; give 1 to 65513, each member takes three ports from there, ten apart")]
    [InlineData("up --port 65520", "--port 65520: out of range")]
    [InlineData("up --timeout soon", "--timeout: 'soon' is no duration")]
    [InlineData("up --frob", "Unrecognized command or argument '--frob' (see 'stateserver up --help')")]
    [InlineData("status --format xml", "--format: there is no form 'xml'; give tabular, yaml, json, oneline or summary")]
    [InlineData("status --endpoints ,", "--endpoints: '' is no address")]
    [InlineData("mint a=h:1 b=h:2", "an even number of members (2)")]
    [InlineData("mint a=h:1 a=h:2 c=h:3", "the name 'a' occurs more than once")]
    [InlineData("mint a", "'a' is no member; give name=host:port")]
    [InlineData("mint a=17@h:1", "'a=17@h:1' is no member; give name=host:port")]
    [InlineData("up --timeout 0s", "--timeout: no member serves at once")]
    [InlineData("server --config /nowhere/at/all.yaml", "--config /nowhere/at/all.yaml:")]
    [InlineData("server", "--node-id is missing")]
    [InlineData("environments --format xml", "--format: there is no form 'xml'; give text, yaml, json")]
    [InlineData("environments --environments /nowhere/at/all.yaml", "--environments /nowhere/at/all.yaml can't be read: ")]
    [InlineData("environments stray", "(see 'stateserver environments --help')")]
    [InlineData("switch a b", "(see 'stateserver switch --help')")]
    [InlineData("switch --environments /nowhere/at/all.yaml", "--environments /nowhere/at/all.yaml can't be read: ")]
    [InlineData("snapshot", "'snapshot' needs one of save, status, restore")]
    [InlineData("snapshot take", "'snapshot' has no verb or flag 'take'; give one of save, status, restore")]
    [InlineData("snapshot save", "(see 'stateserver snapshot save --help')")]
    [InlineData("snapshot save a --endpoints ,", "--endpoints: '' is no address")]
    [InlineData("snapshot restore a --root r --data-dir d", "--data-dir is for one member's folder and --root for a cluster on this machine")]
    [InlineData("snapshot restore a --data-dir d", "--node-id is missing; one member's folder needs all of")]
    [InlineData("snapshot restore a --data-dir d --name a --node-id 1 --cluster-id 0 --initial-members a=1@h:1", "--cluster-id: '0' is no id")]
    [InlineData("snapshot restore a --data-dir d --name b --node-id 1 --cluster-id 1 --initial-members a=1@h:1", "there is no member 'b' with node id 1 in the list")]
    [InlineData("recover", "give --dry-run, to see what would be kept and lost, or --apply, to do it")]
    [InlineData("recover --dry-run --apply", "--dry-run and --apply contradict each other; give one of them")]
    [InlineData("recover --dry-run --root r --data-dir d", "--root and --data-dir both say where the old members are; give one of them")]
    [InlineData("recover --apply --old-members-are-fenced", "--old-members-are-fenced: a local cluster's old members are ended by the provider; leave it out, or give --data-dir")]
    [InlineData("recover --dry-run --format xml", "--format: there is no form 'xml'; give text, json")]
    [InlineData("recover --dry-run --data-dir /nowhere/at/all", "--data-dir: /nowhere/at/all is not there; give the data folders of old members, or copies of them")]
    [InlineData("recover --dry-run --data-dir /usr", "--data-dir: /usr is no member's data folder: it has neither an identity nor a log")]
    [InlineData("recover --dry-run --data-dir ,", "--data-dir: a folder's name is empty; give paths, separated by commas")]
    [InlineData("sweep --confrim", "Unrecognized command or argument '--confrim' (see 'stateserver sweep --help')")]
    [InlineData("snapshot restore a --root /nowhere/at/all -n 2", "-n 2: a cluster has 1, 3, 5 or 7 members")]
    [InlineData("snapshot status a --format xml", "--format: there is no form 'xml'; give fields, simple, json")]
    public async Task Wrong_use_is_exit_code_2_and_a_clear_line(string line, string complaint)
    {
        (int exitCode, string output, string error) = await RunAsync(line);

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
        Assert.All(
            error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
            l => Assert.StartsWith("stateserver: ", l, StringComparison.Ordinal));
    }

    /// <summary>A script's variable that isn't set must not end, or destroy, this user's own cluster.</summary>
    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("status")]
    public async Task An_empty_root_is_wrong_use(string verb)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(2, await StateServerCommand.InvokeAsync([verb, "--root", ""], output, error));
        Assert.StartsWith("stateserver: --root is empty; give a folder", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshot", "status")]
    [InlineData("snapshot", "save")]
    [InlineData("snapshot", "restore", "--root", "/tmp/nowhere/at/all", "--port", "31017")]
    [InlineData("up", "--root", "/tmp/nowhere/at/all", "--port", "31017", "--from-snapshot")]
    public async Task An_empty_file_name_is_wrong_use(params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] whole = line is ["snapshot", var verb, .. var rest] ? ["snapshot", verb, "", .. rest] : [.. line, ""];
        Assert.Equal(2, await StateServerCommand.InvokeAsync(whole, output, error));
        Assert.Contains("name is empty; give a path", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up --root /proc/cluster", "--root /proc/cluster can't be made or written")]
    [InlineData("down --root /nowhere/at/all", "/nowhere/at/all holds no local cluster")]
    [InlineData("local fail-zone local-a --root /nowhere/at/all", "/nowhere/at/all holds no local cluster or machines; give their folder with --root")]
    [InlineData("local heal-zone local-a --root /nowhere/at/all", "/nowhere/at/all holds no local cluster or machines")]
    [InlineData("local kill-machine 0 --root /nowhere/at/all", "/nowhere/at/all holds no local cluster or machines")]
    [InlineData("snapshot save /nowhere/at/all --endpoints 127.0.0.1:1", "127.0.0.1:1: Connection refused")]
    [InlineData("snapshot status /nowhere/at/all", "/nowhere/at/all can't be read: Could not find")]
    [InlineData("snapshot status /etc", "/etc is a folder; give a file of 'snapshot save'")]
    [InlineData("snapshot restore /etc/passwd --root /tmp/nowhere/at/all --port 31017", "/etc/passwd is cut off, or no snapshot")]
    [InlineData("up --from-snapshot /etc/passwd --root /tmp/nowhere/at/all --port 31017", "/etc/passwd is cut off, or no snapshot")]
    [InlineData("snapshot status /etc/passwd", "/etc/passwd is cut off, or no snapshot")]
    [InlineData("status --endpoints 127.0.0.1:1", "no endpoint answered: 127.0.0.1:1: Connection refused")]
    public async Task What_fails_is_exit_code_1(string line, string complaint)
    {
        (int exitCode, _, string error) = await RunAsync(line);
        Assert.Equal(1, exitCode);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("local")]
    [InlineData("server")]
    [InlineData("status")]
    [InlineData("environments")]
    [InlineData("switch")]
    [InlineData("mint")]
    [InlineData("version")]
    public async Task Each_verb_has_help_with_examples_and_exit_codes(string verb)
    {
        (int exitCode, string output, string error) = await RunAsync($"{verb} --help");
        Assert.Equal(0, exitCode);
        Assert.Empty(error);
        Assert.Contains($"Examples:{Environment.NewLine}  stateserver {verb}", output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done, 1 failed, 2 wrong use", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Minted_lines_are_right_use_of_server()
    {
        (int exitCode, string output, _) = await RunAsync("mint a=127.0.0.1:3001 b=127.0.0.1:3002 c=127.0.0.1:3003");
        Assert.Equal(0, exitCode);

        string[] servers = [.. output.Split(Environment.NewLine).Where(l => l.StartsWith("stateserver server ", StringComparison.Ordinal))];
        Assert.Equal(3, servers.Length);
        foreach (string server in servers)
        {
            string[] words = server.Split(' ')[2..^8];
            Dictionary<string, string> flags = words.Chunk(2).ToDictionary(p => p[0][2..], p => p[1]);
            flags["data-dir"] = "/tmp/stateserver-never-made";
            Assert.Empty(Options.GivenSettings.Judge(flags).Errors);
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await StateServerCommand.InvokeAsync(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries), output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
