using Microsoft.Extensions.DependencyInjection;
using StateServer.Api.Model;
using StateServer.Cli;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.StateServer.Tests.Api;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Model;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>The verbs about the model where a planner and a provider answer, and what they print in each form.</summary>
public sealed class ModelVerbTests : IAsyncLifetime
{
    private readonly FakePlanner _planner = new();
    private readonly FakeZones _zones = new();
    private readonly FakeLogs _logs = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(
            more: services => services.AddSingleton<IPlanPreview>(_planner).AddSingleton<IZoneDirectory>(_zones).AddSingleton<IUnitLogs>(_logs));
        _host.Replica.Restore(ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel });
        _host.Replica.Apply(ScenarioWork.Read("bootstrap", _host.Replica.State.Model), null);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_dry_run_prints_the_plan_with_its_reasons()
    {
        (int exitCode, string output, string error) = await RunAsync("deploy", "web", "-n", "1", "--dry-run");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal(
            """
            Nothing was changed. The plan:
            - place web/0
                it is the emptiest zone
            Awaited:
            - something

            """,
            output,
            ignoreLineEndingDifferences: true);
        Assert.Empty(_host.Replica.State.Model.Services);
    }

    [Fact]
    public async Task A_plan_in_json_has_steps_and_what_is_awaited()
    {
        (_, string output, _) = await RunAsync("deploy", "web", "--dry-run", "--format", "json");
        using var json = System.Text.Json.JsonDocument.Parse(output);
        System.Text.Json.JsonElement plan = json.RootElement.GetProperty("plan");
        Assert.Equal("place web/0", plan.GetProperty("steps")[0].GetProperty("action").GetString());
        Assert.Equal("it is the emptiest zone", plan.GetProperty("steps")[0].GetProperty("reasons")[0].GetString());
        Assert.Equal("something", plan.GetProperty("awaited")[0].GetString());
    }

    [Theory]
    [InlineData("deploy web --to zone=x", "invalid availability zone \"x\"; the zones are a, b")]
    [InlineData("deploy web --to zone=b", "availability zone \"b\" is unavailable (impaired)")]
    [InlineData("add-machine zone=x", "invalid availability zone \"x\"; the zones are a, b")]
    [InlineData("add-machine zone=b", "availability zone \"b\" is unavailable (impaired)")]
    [InlineData("add-unit web --to zone=b", "availability zone \"b\" is unavailable (impaired)")]
    [InlineData("cordon x", "invalid availability zone \"x\"; the zones are a, b")]
    public async Task A_zone_that_is_none_or_can_t_be_used_is_told_in_juju_s_words(string line, string complaint)
    {
        _zones.Zones = [new ProviderZone(new Zone("a"), true, "available"), new ProviderZone(new Zone("b"), false, "impaired")];
        (int exitCode, string output, string error) = await RunAsync(line.Split(' '));
        Assert.Equal((1, "", $"stateserver: {complaint}"), (exitCode, output, error.TrimEnd()));
        Assert.Empty(_host.Replica.State.Model.Services);
    }

    [Fact]
    public async Task A_zone_that_can_t_be_used_can_still_be_cordoned()
    {
        _zones.Zones = [new ProviderZone(new Zone("b"), false, "impaired")];
        (int exitCode, string output, _) = await RunAsync("cordon", "b");
        Assert.Equal((0, "Cordoned zone b"), (exitCode, output.TrimEnd()));
    }

    [Fact]
    public async Task An_explanation_lists_zones_with_rules_and_scores()
    {
        await RunAsync("deploy", "web");
        (_, string output, _) = await RunAsync("explain", "web/0");
        Assert.Equal(
            """
            web/0 has no machine yet
            Awaited:
            - a machine
            Zones considered:
            - a  chosen                    group=1
            - b  left out by CordonedZone           zone b is cordoned

            """,
            output,
            ignoreLineEndingDifferences: true);
    }

    [Theory]
    [InlineData("deploy")]
    [InlineData("add-unit")]
    [InlineData("remove-unit")]
    [InlineData("remove-service")]
    [InlineData("add-machine")]
    [InlineData("remove-machine")]
    [InlineData("expose")]
    [InlineData("unexpose")]
    [InlineData("set-constraints")]
    [InlineData("get-constraints")]
    [InlineData("retry-provisioning")]
    [InlineData("cordon")]
    [InlineData("uncordon")]
    [InlineData("explain")]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task Each_verb_has_help_with_examples_and_the_shared_flags(string verb)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(0, await StateServerCommand.InvokeAsync([verb, "--help"], output, error));
        Assert.Contains($"Examples:{Environment.NewLine}  stateserver {verb}", output.ToString(), StringComparison.Ordinal);
        Assert.All(["--endpoints", "--root", "--format"], flag => Assert.Contains(flag, output.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unexpose web --format xml", 2, "--format: there is no form 'xml'; give text, json or yaml")]
    [InlineData("unexpose web --endpoints nowhere", 2, "--endpoints: 'nowhere' is no endpoint: use host:port")]
    [InlineData("unexpose web --endpoints 127.0.0.1:1", 1, "no member can be connected: tried 127.0.0.1:1")]
    [InlineData("remove-unit", 2, "(see 'stateserver remove-unit --help')")]
    [InlineData("remove-unit web/0 -n 2 --endpoints 127.0.0.1:1", 2, "-n: give one service, such as 'remove-unit web -n 2'")]
    [InlineData("remove-unit web -n 2 --retry 4711/1 --endpoints 127.0.0.1:1", 2, "--retry: name the units that were to go, not -n")]
    [InlineData("expose web", 2, "--port is missing; give a port at least, such as --port 80")]
    public async Task What_is_wrong_is_one_line(string line, int exitCode, string complaint)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(exitCode, await StateServerCommand.InvokeAsync(line.Split(' '), output, error));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("stateserver: ", error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Logs_are_read_to_their_end_a_character_cut_in_two_being_whole()
    {
        await PlacedAsync();
        _logs.Text = "ab\ncdä€\n";
        Assert.Equal((0, _logs.Text, ""), await RunAsync("logs", "web/0"));
        Assert.Equal((new MachineId(0), "web/0", 0), _logs.Asked[0]);
        Assert.Equal([0, 4, 8, 11], _logs.Asked.Select(a => a.Offset));

        (_, string output, _) = await RunAsync("logs", "web/0", "--format", "json");
        using var line = System.Text.Json.JsonDocument.Parse(output.Split('\n')[0]);
        Assert.Equal(("0", "ab\nc"), (line.RootElement.GetProperty("machine").GetString(), line.RootElement.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Logs_that_are_followed_go_on_when_the_agent_comes_back_and_on_a_new_machine_from_the_beginning()
    {
        await PlacedAsync();
        _logs.Text = "one\n";
        _logs.Failures.Enqueue(FakeLogs.Gone("the agent went"));
        _logs.Failures.Enqueue(new UnitLogException(Grpc.Core.StatusCode.NotFound, "enough"));
        Task<(int ExitCode, string Output, string Error)> following = RunAsync("logs", "web/0", "-f");
        Assert.Equal((1, "one\n", $"stateserver: the agent went; goes on{Environment.NewLine}stateserver: enough"), Trimmed(await following));
        Assert.Equal([0, 4, 4], _logs.Asked.Select(a => a.Offset));

        foreach (string work in (string[])["launch 0 in a", "launched 0", "lost 0 silent", "leaves web/0 lost", "place web/0 in b"])
        {
            _host.Replica.Apply(ScenarioWork.Read(work, _host.Replica.State.Model), null);
        }

        _logs.Asked.Clear();
        var client = new Protos.Operator.Model.ModelClient(_host.Channel);
        Protos.Operator.ReadUnitLogResponse anew = await client.ReadUnitLogAsync(
            new Protos.Operator.ReadUnitLogRequest { Unit = "web/0", Offset = 4, Assignment = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(("1", 2, 0, "one\n"), (anew.Machine, anew.Assignment, anew.Offset, anew.Data.ToStringUtf8()));
    }

    [Theory]
    [InlineData("logs web/7", "unit \"web/7\" not found")]
    [InlineData("logs web/1", "unit web/1 has no machine yet; 'stateserver explain web/1' says why")]
    [InlineData("logs web/7 -f", "unit \"web/7\" not found")]
    public async Task A_unit_without_a_log_is_told_of(string line, string complaint)
    {
        await PlacedAsync();
        Assert.Equal((1, "", $"stateserver: {complaint}"), Trimmed(await RunAsync(line.Split(' '))));
    }

    [Fact]
    public async Task What_is_no_unit_has_no_log()
    {
        (int exitCode, string output, string error) = await RunAsync("logs", "web");
        Assert.NotEqual(0, exitCode);
        Assert.Equal("", output);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static (int ExitCode, string Output, string Error) Trimmed((int ExitCode, string Output, string Error) ran) =>
        (ran.ExitCode, ran.Output, ran.Error.TrimEnd());

    private async Task PlacedAsync()
    {
        await RunAsync("deploy", "web", "-n", "2");
        _host.Replica.Apply(ScenarioWork.Read("place web/0 in a", _host.Replica.State.Model), null);
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await StateServerCommand.InvokeAsync([.. words, "--endpoints", _host.Address], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
