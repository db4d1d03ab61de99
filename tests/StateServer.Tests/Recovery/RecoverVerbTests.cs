using System.Globalization;
using System.Text.Json;
using StateServer.Cli;
using StateServer.Consensus;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Recovery;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;
using StateServer.Providers.Local;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Recovery;

/// <summary><c>recover</c> on folders of a cluster of three that stand here as their members left them.</summary>
public sealed class RecoverVerbTests : IDisposable
{
    private static readonly InitialMember[] Members =
        [.. Enumerable.Range(1, 3).Select(i => new InitialMember(new NodeId((ulong)i), $"m{i}", $"10.0.0.{i}:2380"))];

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_dry_run_tells_each_disk_the_best_of_them_what_is_lost_and_what_to_do_and_changes_nothing()
    {
        string one = Make(1), two = Make(2, damaged: true);
        string[] before = Files();
        (int exitCode, string output, string error) = await RunAsync("recover", "--dry-run", "--data-dir", $"{one},{two}");

        Assert.Equal((0, ""), (exitCode, error));
        string[] lines = output.Split(Environment.NewLine);
        Assert.Equal("cluster 77", lines[0]);
        Assert.Matches(@"^ +NAME +MEMBER +ZONE +TERM +LAST +COMMITTED +FOLDER +STATE$", lines[1]);
        Assert.Matches($@"^best +m1 +1 +zone-1 +1 +1\d+ of term 1 +1\d+ +{one} +whole$", lines[2]);
        Assert.Matches($@"^ +m2 +2 +zone-2 +- +- +- +{two} +damaged: .*snapshot-.* is damaged at byte", lines[3]);
        Assert.Contains("kept: all that m1's disk holds: 0 keys at revision 1", output, StringComparison.Ordinal);
        Assert.Contains("lost: nothing that this disk holds; but of 3 voters only 1 has a whole disk here", output, StringComparison.Ordinal);
        Assert.Contains($"next: 'stateserver recover --apply --data-dir {one},{two}' makes a cluster of one of it, in {one}", output, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task The_json_form_has_what_it_promises()
    {
        string one = Make(1);
        (_, string output, _) = await RunAsync("recover", "--dry-run", "--data-dir", one, "--format", "json");
        using var read = JsonDocument.Parse(output);
        Assert.Equal(
            ["cluster", "disks", "voters", "wholeVoters", "isMajority", "source", "revision", "keys", "lastWrite", "incarnation", "kept", "lost", "advice"],
            read.RootElement.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ["folder", "member", "cluster", "name", "zone", "machine", "term", "lastTerm", "lastIndex", "committed", "snapshot", "isBest", "isRunning", "state"],
            read.RootElement.GetProperty("disks")[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal((3, 1), (read.RootElement.GetProperty("voters").GetInt32(), read.RootElement.GetProperty("wholeVoters").GetInt32()));
    }

    [Fact]
    public async Task A_quorum_of_whole_disks_is_started_and_not_recovered()
    {
        string folders = $"{Make(1)},{Make(2)}";
        string[] before = Files();
        (int exitCode, _, string error) = await RunAsync("recover", "--apply", "--data-dir", folders, "--old-members-are-fenced");
        Assert.Equal(1, exitCode);
        Assert.Equal(
            "stateserver: whole disks of 2 of 3 voters are here, which is a quorum: start these members, and nothing is lost; with --force a cluster of one is made of them all the same\n",
            error);
        Assert.Equal(before, Files());
        (_, string output, _) = await RunAsync("recover", "--dry-run", "--data-dir", folders);
        Assert.Contains("lost: nothing: of 3 voters 2 have whole disks here", output, StringComparison.Ordinal);
        Assert.Contains("next: start these members: they are a majority", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_provider_the_operators_word_is_demanded_and_then_the_folder_is_the_new_members()
    {
        string one = Make(1);
        string[] before = Files();
        (int exitCode, _, string error) = await RunAsync("recover", "--apply", "--data-dir", one);
        Assert.Equal(2, exitCode);
        Assert.Contains("no provider ends the other old members of these folders: m2 (10.0.0.2:2380), m3 (10.0.0.3:2380)", error, StringComparison.Ordinal);
        Assert.Equal(before, Files());

        (exitCode, string output, error) = await RunAsync("recover", "--apply", "--data-dir", one, "--old-members-are-fenced");
        Assert.Equal((0, ""), (exitCode, error));
        var disk = DiskReading.Look(one)!;
        Assert.True(disk.IsUsable, disk.Damage);
        Assert.NotEqual(77ul, disk.Cluster.Value);
        Assert.NotEqual(1ul, disk.Node.Value);
        Assert.Equal(["m1"], disk.Log!.Voters.Select(voter => voter.Name));
        string flags = string.Create(
            CultureInfo.InvariantCulture,
            $"start it: stateserver server --name m1 --node-id {disk.Node.Value} --cluster-id {disk.Cluster.Value} --initial-members m1={disk.Node.Value}@10.0.0.1:2380 --data-dir {one}");
        Assert.Contains(flags, output, StringComparison.Ordinal);
        Assert.Contains("grow it: stateserver ensure-availability", output, StringComparison.Ordinal);
        var state = DiskReading.Rebuild(one);
        Assert.Equal((3, 0), (state.Incarnation, state.Members.Count));
        string aside = Path.Combine(one, string.Create(CultureInfo.InvariantCulture, $"before-cluster-{disk.Cluster.Value}"));
        Assert.Contains("goes on as cluster", DiskReading.Look(aside)!.Retired, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_folders_that_are_named_are_retired_with_force_too()
    {
        string one = Make(1), two = Make(2);
        (int exitCode, string output, _) = await RunAsync("recover", "--apply", "--data-dir", $"{one},{two}", "--old-members-are-fenced", "--force");
        Assert.Equal(0, exitCode);
        Assert.Contains($"{two} is retired", output, StringComparison.Ordinal);
        Assert.Contains("its cluster lost its quorum, and goes on as cluster", DiskReading.Look(two)!.Retired, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_members_folder_is_locked_and_the_line_says_what_to_do()
    {
        string one = Make(1);
        using FolderLock? held = FolderLock.TryTake(one);
        Assert.NotNull(held);
        (int exitCode, _, string error) = await RunAsync("recover", "--apply", "--data-dir", one, "--old-members-are-fenced");
        Assert.Equal(1, exitCode);
        Assert.Contains(
            $"{one} is locked: m1 runs (pid {Environment.ProcessId}); stop its process (by its supervisor, or with SIGTERM), then run the command again",
            error,
            StringComparison.Ordinal);
        (exitCode, string output, _) = await RunAsync("recover", "--dry-run", "--data-dir", one);
        Assert.Equal(0, exitCode);
        Assert.Contains($"whole; runs (pid {Environment.ProcessId})", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_whole_it_is_said_of_each_disk_and_nothing_is_done()
    {
        string one = Make(1, damaged: true);
        (int exitCode, _, string error) = await RunAsync("recover", "--apply", "--data-dir", one, "--old-members-are-fenced");
        Assert.Equal(1, exitCode);
        Assert.Contains("no old member's disk that was found is whole", error, StringComparison.Ordinal);
        Assert.Contains($"{one}: damaged: ", error, StringComparison.Ordinal);
        (_, string output, _) = await RunAsync("recover", "--dry-run", "--data-dir", one);
        Assert.Contains("lost: everything, unless other disks or a snapshot turn up", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_of_two_clusters_are_refused()
    {
        string one = Make(1), other = Make(2, cluster: 78);
        (int exitCode, _, string error) = await RunAsync("recover", "--dry-run", "--data-dir", $"{one},{other}");
        Assert.Equal(1, exitCode);
        Assert.Contains("the folders belong to several clusters", error, StringComparison.Ordinal);
        Assert.Contains("give the folders of one cluster", error, StringComparison.Ordinal);
        (exitCode, _, error) = await RunAsync("recover", "--dry-run", "--data-dir", $"{one},{one}/");
        Assert.Equal((2, true), (exitCode, error.Contains("is named twice", StringComparison.Ordinal)));
    }

    /// <summary>A member's folder as its first start would find it: a snapshot, and three registered members in it.</summary>
    private string Make(int member, bool damaged = false, ulong cluster = 77)
    {
        string folder = _temporary.Below(string.Create(CultureInfo.InvariantCulture, $"data-{member}"));
        RestoredFolder.Make(folder, new ClusterId(cluster), new NodeId((ulong)member), Members, State());
        if (damaged)
        {
            string file = Directory.GetFiles(Path.Combine(folder, "snapshots")).Single();
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^3] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        return folder;
    }

    private static ReplicatedState State()
    {
        var state = RestoredState.Of(ReplicatedState.Empty);
        for (ulong i = 1; i <= 3; i++)
        {
            MemberRecord member = new(
                new NodeId(i), $"m{i}", new FolderId(i), new Zone($"zone-{i}"), $"10.0.0.{i}:2380", [], 4, "1", DateTimeOffset.UnixEpoch);
            var applied = StateMachine.Apply(
                state, state.AppliedIndex + 1, 1, new CommandBatch(state.FeatureLevel, 1_000, [new BatchItem(new RegisterMemberCommand(member), null, default)]));
            Assert.IsType<DoneOutcome>(applied.Outcomes[0]);
            state = applied.State;
        }

        return state;
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_temporary.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int exitCode = await StateServerCommand.InvokeAsync(arguments, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
