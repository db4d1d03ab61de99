using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StateServer.Api.Model;
using StateServer.Cli;
using StateServer.Consensus.Proposals;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Preview;
using StateServer.StateServer.Tests.Api;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Model;
using StateServer.StateServer.Tests.Reports;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>The verbs about the state servers against their service, and what they print.</summary>
public sealed class MembershipVerbTests : IAsyncLifetime
{
    private static readonly NodeId First = SampleCluster.Ids[0], Second = SampleCluster.Ids[1], Third = SampleCluster.Ids[2];

    private readonly FakePlanner _planner = new();
    private readonly FakeZones _zones = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(
            more: services => services.AddSingleton<IPlanPreview>(_planner).AddSingleton<IZoneDirectory>(_zones));
        _host.Replica.Status = _host.Replica.Status with { Leader = First };
        _host.Replica.Restore(Full());
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_list_shows_each_members_vote_and_phase_and_who_is_expected()
    {
        _host.Replica.Restore(Full() with
        {
            Membership = Full().Membership with
            {
                Standings = Standings(Standing(Third, MemberMark.Lost, "silent for 30 s"), Standing(new(31), MemberMark.Requested, "replaces server-2") with { Replaces = Third }),
            },
        });
        (int exitCode, string output, string error) = await RunAsync("member", "list");

        Assert.Equal((0, ""), (exitCode, error));
        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.Matches(@"^server-0 +101 +- +local-a +has-vote +voting +yes +127\.0\.0\.1:2380$", lines[1 + Array.FindIndex(lines[1..], l => l.StartsWith("server-0", StringComparison.Ordinal))]);
        Assert.Contains(lines, l => l.Contains("removing-vote", StringComparison.Ordinal) && l.Contains("lost", StringComparison.Ordinal) && l.EndsWith("silent for 30 s", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("member-31", StringComparison.Ordinal) && l.Contains("adding-vote", StringComparison.Ordinal) && l.Contains("requested", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_printed_where_nothing_changes()
    {
        Assert.Equal((0, "", ""), await RunAsync("ensure-availability"));
        Assert.Equal(3, _host.Replica.State.Membership.Target);
        Assert.Equal((0, "", ""), await RunAsync("ensure-availability", "-n", "3"));
    }

    [Theory]
    [InlineData("-1", "number of state servers must be odd and non-negative")]
    [InlineData("2", "number of state servers must be odd and non-negative")]
    [InlineData("9", "state server count is too large (allowed 7)")]
    public async Task A_count_that_can_t_be_is_refused_in_juju_s_words(string count, string complaint)
    {
        (int exitCode, string output, string error) = await RunAsync("ensure-availability", "-n", count, "--dry-run");
        Assert.Equal((2, "", $"stateserver: {complaint}"), (exitCode, output, error.TrimEnd()));
        (exitCode, output, error) = await RunAsync("ensure-availability", "-n", count);
        Assert.Equal((2, "", $"stateserver: {complaint}"), (exitCode, output, error.TrimEnd()));
    }

    [Fact]
    public async Task It_waits_until_all_vote_tells_how_far_it_is_and_prints_what_became_of_the_machines()
    {
        _host.Replica.Restore(Alone());
        using var output = new StringWriter();
        using var error = new StringWriter();
        Task<int> running = StateServerCommand.InvokeAsync(["ensure-availability", "-n", "3", "--endpoints", _host.Address], output, error);
        await EventuallyAsync(() => _host.Replica.State.Membership.Target == 3);
        _host.Replica.Restore(Voting(_host.Replica.State));

        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(["maintaining machines: server-0", "adding machines: server-1, server-2"], output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("1 of 3 vote", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Past_its_time_it_says_how_far_it_is_and_that_the_cluster_goes_on()
    {
        _host.Replica.Restore(Alone());
        (int exitCode, string output, string error) = await RunAsync("ensure-availability", "--timeout", "500ms");
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("not done within 500ms: 1 of 3 vote", error, StringComparison.Ordinal);
        Assert.Contains("the cluster goes on with it by itself", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        _host.Replica.Restore(Alone());
        (int exitCode, string output, _) = await RunAsync("ensure-availability", "-n", "5", "--dry-run");
        Assert.Equal((0, "Nothing was changed. 4 members would get a vote: 5 are wanted, 1 vote."), (exitCode, output.TrimEnd()));
        Assert.Equal(0, _host.Replica.State.Membership.Target);
    }

    [Fact]
    public async Task A_dry_run_shows_the_lines_of_a_real_run_and_the_steps_to_it_and_changes_nothing()
    {
        Bootstrap(Alone());
        ReplicatedState before = _host.Replica.State;
        _planner.Ahead = Grown;
        (int exitCode, string output, string error) = await RunAsync("ensure-availability", "-n", "3", "--dry-run");
        Assert.Equal(0, exitCode);
        Assert.Equal(
            """
            Nothing was changed. 2 members would get a vote: 3 are wanted, 1 vote.
            maintaining machines: server-0
            adding machines: server-1, server-2
            Steps:
            - add a member in zone local-b: 3 members are wanted
            - promote server-0

            """,
            output,
            ignoreLineEndingDifferences: true);
        Assert.Contains("warning: zone local-b holds a majority of the members (2 of 3)", error, StringComparison.Ordinal);
        Assert.Same(before, _host.Replica.State);

        (_, output, _) = await RunAsync("ensure-availability", "-n", "3", "--dry-run", "--format", "json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal((3, 1, 2, true), (Number("target"), Number("voters"), Number("missing"), json.RootElement.GetProperty("reached").GetBoolean()));
        Assert.Equal(["server-1", "server-2"], json.RootElement.GetProperty("changes").GetProperty("added").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(2, json.RootElement.GetProperty("steps").GetArrayLength());

        int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task A_dry_run_that_does_not_reach_the_target_says_what_is_in_the_way()
    {
        Bootstrap(Alone());
        _planner.Ahead = state => new(
            MemberChanges.Between(state, state), [], state, new([new(null, [], "", "no zone is left (local-b: no room)")], "healing is paused: new disks", []), "");
        (int exitCode, string output, _) = await RunAsync("ensure-availability", "-n", "3", "--dry-run");
        Assert.Equal(0, exitCode);
        Assert.Contains("In the way:", output, StringComparison.Ordinal);
        Assert.Contains("- no zone is left (local-b: no room)", output, StringComparison.Ordinal);
        Assert.Contains("- healing is paused: new disks", output, StringComparison.Ordinal);
        Assert.Contains("\"reached\": false", (await RunAsync("ensure-availability", "--dry-run", "--format", "json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spread_that_the_zones_allow_to_be_wider_fails_clearly_though_all_vote()
    {
        _host.Replica.Restore(Full() with
        {
            Members = Full().Members
                .SetItem(Second, Full().Members[Second] with { Zone = new Zone("local-a") })
                .SetItem(Third, Full().Members[Third] with { Zone = new Zone("local-a") }),
        });
        Zones(("local-a", true), ("local-b", true));
        (int exitCode, string output, string error) = await RunAsync("ensure-availability");
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains(
            "all 3 vote, but they don't stand as widely as the zones allow: zone local-a has 3 of the members, and zone local-b is usable and has 0",
            error,
            StringComparison.Ordinal);

        Zones(("local-a", true), ("local-b", false));
        (exitCode, _, error) = await RunAsync("ensure-availability");
        Assert.Equal(0, exitCode);
        Assert.Contains("warning: zone local-a holds a majority of the members (3 of 3)", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json", "{}")]
    [InlineData("yaml", "{}")]
    public async Task Programs_are_told_that_nothing_changed_by_empty_fields(string form, string expected) =>
        Assert.Equal((0, expected), Two(await RunAsync("ensure-availability", "--format", form)));

    [Theory]
    [InlineData("yaml", "maintained:\n- server-0\nadded:\n- server-1\n- server-2")]
    [InlineData("json", "{\n  \"added\": [\n    \"server-1\",\n    \"server-2\"\n  ],\n  \"maintained\": [\n    \"server-0\"\n  ]\n}")]
    public async Task The_keys_for_programs_are_juju_s(string form, string expected)
    {
        _host.Replica.Restore(Alone());
        using var output = new StringWriter();
        using var error = new StringWriter();
        Task<int> running = StateServerCommand.InvokeAsync(
            ["ensure-availability", "-n", "3", "--format", form, "--endpoints", _host.Address], output, error);
        await EventuallyAsync(() => _host.Replica.State.Membership.Target == 3);
        _host.Replica.Restore(Voting(_host.Replica.State));
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(60)));
        string[] lines = [.. expected.Split('\n').Order()];
        Assert.Equal(lines, output.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n').Order());
    }

    [Fact]
    public async Task Without_waiting_it_returns_once_the_members_are_asked_for()
    {
        _host.Replica.Restore(Alone());
        using var output = new StringWriter();
        using var error = new StringWriter();
        Task<int> running = StateServerCommand.InvokeAsync(["ensure-availability", "-n", "3", "--no-wait", "--endpoints", _host.Address], output, error);
        await EventuallyAsync(() => _host.Replica.State.Membership.Target == 3);
        ReplicatedState asked = _host.Replica.State;
        _host.Replica.Restore(asked with
        {
            Membership = asked.Membership with
            {
                Standings = Standings(Standing(new(31), MemberMark.Requested, ""), Standing(new(32), MemberMark.Requested, "")),
            },
        });
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(
            ["maintaining machines: server-0", "adding machines: member-31, member-32"],
            output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("warning: zone local-c holds a majority of the members (2 of 3)", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_count_without_a_number_keeps_what_was_asked_for_and_fewer_than_force_allows_is_refused()
    {
        Assert.Equal((0, "", ""), await RunAsync("ensure-availability", "-n", "3"));
        Assert.Equal((0, "", ""), await RunAsync("ensure-availability", "-n", "0"));
        Assert.Equal(3, _host.Replica.State.Membership.Target);
        (int exitCode, string output, string error) = await RunAsync("ensure-availability", "-n", "1", "--no-wait");
        Assert.Equal("", output);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("--force", error, StringComparison.Ordinal);
        Assert.Equal(3, _host.Replica.State.Membership.Target);
    }

    [Fact]
    public async Task A_member_is_explained_by_how_it_stands_what_was_decided_and_what_happened()
    {
        Assert.Equal(0, (await RunAsync("member", "replace", "server-1")).ExitCode);
        (int exitCode, string output, _) = await RunAsync("explain", "server-1");
        Assert.Equal(0, exitCode);
        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("member server-1 is voting in zone local-b: it leaves: an operator wants another in its place", lines[0]);
        Assert.Equal("Decided last: a step about 202", lines[1]);
        Assert.Contains("- a machine", lines);
        Assert.Contains(lines, line => line.StartsWith("- b", StringComparison.Ordinal) && line.Contains("left out by CordonedZone", StringComparison.Ordinal));
        Assert.Matches("member-leaving +it is to be replaced: an operator wants another in its place", lines[^1]);
        Assert.Equal(lines[0], (await RunAsync("explain", "202")).Output.Split(Environment.NewLine)[0]);
        Assert.Contains("\"history\": [", (await RunAsync("explain", "server-1", "--format", "json")).Output, StringComparison.Ordinal);

        _planner.Fault = new PlanUnavailableException("this member does not lead; the leader plans");
        Assert.Contains(
            "Zones and machines can't be told: this member does not lead; the leader plans", (await RunAsync("explain", "server-1")).Output, StringComparison.Ordinal);
        (exitCode, _, string error) = await RunAsync("explain", "nobody");
        Assert.Equal((2, "stateserver: 'nobody' is no unit, machine or member; give such as web/0, 3 or server-1"), (exitCode, error.TrimEnd()));
    }

    [Fact]
    public async Task The_list_tells_the_operation_redundancy_and_how_far_a_learner_is()
    {
        NodeId newcomer = new(31);
        _host.Replica.Restore(Full() with
        {
            Members = Full().Members.Add(newcomer, Full().Members[First] with { Id = newcomer, Name = "server-3", PeerAddress = "127.0.0.1:2410" }),
            Membership = Full().Membership with
            {
                Target = 3,
                ShortSinceMilliseconds = 1,
                Standings = Standings(Standing(newcomer, MemberMark.Requested, "") with { Name = "server-3", Replaces = Third }),
                Operation = new(4, OperationKind.Swap, [newcomer], [Third], true, false, "an operator wants it", 1),
            },
        });
        _host.Replica.Status = _host.Replica.Status with
        {
            Reaches =
            [
                new()
                {
                    Id = newcomer,
                    IsVoter = false,
                    SilentFor = TimeSpan.Zero,
                    IsCaughtUp = false,
                    LearnedShare = 0.5,
                    LearnedIn = TimeSpan.FromSeconds(7),
                },
            ],
        };
        string output = (await RunAsync("member", "list")).Output;
        Assert.Matches(@"server-3 .* adding-vote +learning 50% .* learning 50 %, 7 s left; takes the place of server-2", output);
        Assert.Contains("Redundancy: not full for ", output, StringComparison.Ordinal);
        Assert.Matches(@"Operation 4 \(swap\), 0 of 2 vote changes in force, begun \d+[smhd] ago: server-3 gets its vote next \(an operator wants it\)", output);
        using var json = JsonDocument.Parse((await RunAsync("member", "list", "--format", "json")).Output);
        Assert.Equal("swap", json.RootElement.GetProperty("membership").GetProperty("operation").GetProperty("kind").GetString());
        Assert.Equal(7, json.RootElement.GetProperty("members").EnumerateArray().Single(m => m.GetProperty("name").GetString() == "server-3").GetProperty("learnedInSeconds").GetInt32());
        string status = (await RunAsync("status")).Output;
        Assert.Contains("server-3: learning 50 %, 7 s left", status, StringComparison.Ordinal);
        Assert.Contains("Operation 4 (swap)", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zones_that_hold_a_majority_are_warned_of()
    {
        _host.Replica.Restore(Full() with
        {
            Members = Full().Members.SetItem(Second, Full().Members[Second] with { Zone = new Zone("local-a") }),
        });
        (int exitCode, _, string error) = await RunAsync("ensure-availability");
        Assert.Equal(0, exitCode);
        Assert.Contains("warning: zone local-a holds a majority of the members (2 of 3)", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_votes_is_not_removed()
    {
        (int exitCode, string output, string error) = await RunAsync("member", "remove", "server-1");
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("member server-1 votes; 'member replace server-1' puts another in its place", error, StringComparison.Ordinal);
        _host.Replica.Restore(Alone());
        (_, _, error) = await RunAsync("member", "remove", "server-0");
        Assert.Contains("member server-0 is the only member", error, StringComparison.Ordinal);
        (exitCode, _, error) = await RunAsync("member", "remove", "nobody");
        Assert.Equal(1, exitCode);
        Assert.Contains("there is no member \"nobody\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_is_to_be_replaced_is_leaving_and_keeps_its_vote()
    {
        (int exitCode, string output, _) = await RunAsync("member", "replace", "server-1");
        Assert.Equal((0, "Member server-1 will be replaced; 'stateserver member list' shows how far it is"), (exitCode, output.TrimEnd()));
        Assert.Equal(MemberMark.Leaving, _host.Replica.State.Membership.MarkOf(Second));
        Assert.Contains(Second, _host.Replica.State.Membership.Voters);
    }

    [Fact]
    public async Task Leadership_goes_to_the_member_that_is_named_or_the_reason_is_told()
    {
        (int exitCode, string output, _) = await RunAsync("leader", "transfer", "server-1");
        Assert.Equal((0, "server-0 leads"), (exitCode, output.TrimEnd()));
        Assert.Equal([Second], _host.Replica.Transfers);
        _host.Replica.TransferFault = new ProposalRefusedException(ProposalRefusal.BadTransferTarget, "member 202 is too far behind: it has 3 of 9");
        (exitCode, _, string error) = await RunAsync("leader", "transfer", "202");
        Assert.Equal((1, "stateserver: member 202 is too far behind: it has 3 of 9"), (exitCode, error.TrimEnd()));
    }

    [Fact]
    public async Task Healing_is_paused_for_a_while_or_until_it_is_resumed()
    {
        Assert.Equal((0, "Healing is paused for 30m"), Two(await RunAsync("healing", "pause", "--for", "30m", "--why", "new disks")));
        Assert.Equal("new disks", _host.Replica.State.Membership.Pause!.Why);
        Assert.Matches(@"Healing is paused until \S+: new disks", (await RunAsync("member", "list")).Output);
        Assert.Equal((0, "Healing is paused until 'stateserver healing resume'"), Two(await RunAsync("healing", "pause")));
        Assert.Equal(long.MaxValue, _host.Replica.State.Membership.Pause!.UntilMilliseconds);
        Assert.Equal((0, "Healing goes on"), Two(await RunAsync("healing", "resume")));
        Assert.Null(_host.Replica.State.Membership.Pause);
        (int exitCode, _, string error) = await RunAsync("healing", "pause", "--for", "0s");
        Assert.Equal(2, exitCode);
        Assert.Contains("--for: give more than nothing", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ensure-availability")]
    [InlineData("member list")]
    [InlineData("member remove")]
    [InlineData("member replace")]
    [InlineData("leader transfer")]
    [InlineData("healing pause")]
    [InlineData("healing resume")]
    public async Task Each_verb_has_help_with_examples_and_the_shared_flags(string verb)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(0, await StateServerCommand.InvokeAsync([.. verb.Split(' '), "--help"], output, error));
        Assert.Contains($"Examples:{Environment.NewLine}  stateserver {verb}", output.ToString(), StringComparison.Ordinal);
        Assert.All(["--endpoints", "--root", "--format"], flag => Assert.Contains(flag, output.ToString(), StringComparison.Ordinal));
    }

    private static ReplicatedState Full() => ReplicatedState.Empty with
    {
        FeatureLevel = 4,
        Members = SampleCluster.Registered,
        Membership = MembershipState.Empty with { Voters = [First, Second, Third] },
    };

    private static ReplicatedState Alone() => Full() with
    {
        Members = SampleCluster.Registered.Remove(Second).Remove(Third),
        Membership = MembershipState.Empty with { Voters = [First] },
    };

    private static ReplicatedState Voting(ReplicatedState state) => state with
    {
        Members = SampleCluster.Registered,
        Membership = state.Membership with { Voters = [First, Second, Third], Standings = Standings() },
    };

    /// <summary>What a planner would say: server-1 and server-2 come, both into one zone.</summary>
    private static AvailabilityForecast Grown(ReplicatedState state)
    {
        ReplicatedState end = Voting(state) with
        {
            Members = SampleCluster.Registered.SetItem(Third, SampleCluster.Registered[Third] with { Zone = new Zone("local-b") }),
        };
        return new(
            MemberChanges.Between(state, end), ["add a member in zone local-b: 3 members are wanted", "promote server-0"], end, MembershipReport.Nothing, "");
    }

    private void Bootstrap(ReplicatedState state)
    {
        _host.Replica.Restore(state);
        _host.Replica.Apply(ScenarioWork.Read("bootstrap", state.Model), null);
    }

    private void Zones(params (string Name, bool IsAvailable)[] zones) =>
        _zones.Zones = [.. zones.Select(zone => new ProviderZone(new Zone(zone.Name), zone.IsAvailable, zone.IsAvailable ? "available" : "impaired"))];

    private static ImmutableSortedDictionary<NodeId, MemberStanding> Standings(params MemberStanding[] standings) =>
        standings.ToImmutableSortedDictionary(standing => standing.Id, standing => standing);

    private static MemberStanding Standing(NodeId id, MemberMark mark, string reason) =>
        new(id, SampleCluster.Registered.TryGetValue(id, out var record) ? record.Name : $"member-{id}", null, new Zone("local-c"), null, mark, reason, 0, 0);

    private static (int ExitCode, string Output) Two((int ExitCode, string Output, string Error) run) => (run.ExitCode, run.Output.TrimEnd());

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await StateServerCommand.InvokeAsync([.. line, "--endpoints", _host.Address], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
