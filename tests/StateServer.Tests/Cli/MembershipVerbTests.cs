using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StateServer.Api.Model;
using StateServer.Cli;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.StateServer.Tests.Api;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Cli.SampleMembers;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>The verbs about the state servers against their service, and what they print.</summary>
public sealed class MembershipVerbTests : IAsyncLifetime
{
    private readonly FakePlanner _planner = new();
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(more: services => services.AddSingleton<IPlanPreview>(_planner));
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
    public async Task Of_a_member_that_is_gone_it_is_explained_what_happened_to_it()
    {
        Assert.Equal(0, (await RunAsync("member", "replace", "server-1")).ExitCode);
        _host.Replica.Restore(_host.Replica.State with
        {
            Members = _host.Replica.State.Members.Remove(Second),
            Membership = _host.Replica.State.Membership with { Voters = [First, Third], Standings = Standings() },
        });
        (int exitCode, string output, _) = await RunAsync("explain", "server-1");
        Assert.Equal(0, exitCode);
        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["member server-1 is no member any more", "What happened:"], lines[..2]);
        Assert.Matches("member-leaving +it is to be replaced: an operator wants another in its place", lines[^1]);
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
                    IsHeard = true,
                    SilentFor = TimeSpan.Zero,
                    IsCaughtUp = false,
                    LearnedShare = 0.5,
                    LearnedIn = TimeSpan.FromSeconds(7),
                },
            ],
        };
        MemberStatus own = _host.Replica.Status with { Id = newcomer, Name = "server-3", Role = MemberRole.Learner, Reaches = [] };
        _host.Replica.Others = [new MemberObservation(newcomer, own, TimeSpan.Zero, null, null)];
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

    private static (int ExitCode, string Output) Two((int ExitCode, string Output, string Error) run) => (run.ExitCode, run.Output.TrimEnd());

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await StateServerCommand.InvokeAsync([.. line, "--endpoints", _host.Address], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
