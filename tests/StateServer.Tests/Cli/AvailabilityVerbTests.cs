using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StateServer.Api.Model;
using StateServer.Cli;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Preview;
using StateServer.StateServer.Tests.Api;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Model;
using StateServer.StateServer.Tests.Reports;
using static StateServer.StateServer.Tests.Cli.SampleMembers;

namespace StateServer.StateServer.Tests.Cli;

/// <summary><c>ensure-availability</c> against its service, and what it prints.</summary>
public sealed class AvailabilityVerbTests : IAsyncLifetime
{
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
    public async Task A_zone_that_is_nowhere_or_can_not_be_used_is_refused_before_anything_changes()
    {
        Bootstrap(Alone());
        Zones(("local-a", true), ("local-b", false));
        Assert.Equal(
            (1, "", "stateserver: invalid availability zone \"nowhere\"; the zones are local-a, local-b"),
            Three(await RunAsync("ensure-availability", "-n", "3", "--to", "zone=local-a,zone=nowhere")));
        Assert.Equal(
            (1, "", "stateserver: availability zone \"local-b\" is unavailable (impaired)"),
            Three(await RunAsync("ensure-availability", "-n", "3", "--to", "zone=local-b")));
        Assert.Equal(0, _host.Replica.State.Membership.Target);
    }

    [Fact]
    public async Task A_file_that_can_t_be_written_is_told_before_anything_changes()
    {
        _host.Replica.Restore(Alone());
        (int exitCode, string output, string error) = await RunAsync("ensure-availability", "-n", "3", "--no-wait", "-o", "/no/such/folder/changes");
        Assert.Equal((2, "", "stateserver: -o: Could not find a part of the path '/no/such/folder/changes'."), (exitCode, output, error.TrimEnd()));
        Assert.NotEqual(3, _host.Replica.State.Membership.Target);
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
        Assert.Equal((0, "Nothing was changed. 4 members would get a vote: 5 are wanted, 1 votes."), (exitCode, output.TrimEnd()));
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
            Nothing was changed. 2 members would get a vote: 3 are wanted, 1 votes.
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

    private static (int ExitCode, string Output, string Error) Three((int ExitCode, string Output, string Error) run) => (run.ExitCode, run.Output, run.Error.TrimEnd());

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
