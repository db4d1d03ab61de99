using System.Collections.Immutable;
using Google.Protobuf;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Protos.Operator;
using StateServer.Reports;
using StateServer.Reports.Formats;
using StateServer.Reports.Members;
using MemberStatus = StateServer.Consensus.Status.MemberStatus;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>What status says of the membership: redundancy, the operation, healing, and how each member stands.</summary>
public sealed class MembershipReportTests
{
    private const ulong Minted = 4_711_000_000_000_000_001;

    private static readonly NodeId First = SampleCluster.Ids[0], Second = SampleCluster.Ids[1], Third = SampleCluster.Ids[2], Newcomer = new(Minted);

    private static long Now => SampleCluster.Now.ToUnixTimeMilliseconds();

    [Fact]
    public void Below_level_four_nothing_is_added()
    {
        ImmutableArray<MemberObservation> seen = SampleCluster.Observations();
        ClusterReport report = Bare(seen);
        Assert.Same(report, MembershipReportBuilder.Add(report, seen, State() with { FeatureLevel = 3 }, SampleCluster.Now));
    }

    [Fact]
    public void The_operation_under_way_is_told_with_its_step_and_age()
    {
        ClusterReport report = Report(State(membership => membership with
        {
            Voters = [First, Second],
            Standings = Standings(Standing(Third, MemberMark.Lost, "silent for 5.2 s"), Standing(Newcomer, MemberMark.Requested, "") with { Replaces = Third }),
            Operation = new(7, OperationKind.Swap, [Newcomer], [Third], false, false, $"member {Minted} takes the place of a lost one", Now - 3_400),
        }));
        OperationReport operation = report.Membership!.Operation!;
        Assert.Equal((7, "swap", 1, 2, 3, false), (operation.Id, operation.Kind, operation.StepsDone, operation.Steps, operation.AgeSeconds, operation.Undoing));
        Assert.Equal("newcomer gets its vote next", operation.Step);
        Assert.Equal("member newcomer takes the place of a lost one", operation.Reason);
        Assert.Contains(
            "Operation 7 (swap), 1 of 2 vote changes in force, begun 3s ago: newcomer gets its vote next (member newcomer takes the place of a lost one)",
            Text(report),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_learner_is_told_with_what_it_has_and_what_is_left()
    {
        var learner = new MemberReach
        {
            Id = Newcomer,
            IsVoter = false,
            IsHeard = true,
            SilentFor = TimeSpan.Zero,
            IsCaughtUp = false,
            LearnedShare = 0.839,
            LearnedIn = TimeSpan.FromSeconds(3.2),
        };
        MemberReport member = Learner(learner);
        Assert.Equal(("learning", "adding-vote", 83, 4L), (member.Phase, member.Vote, member.LearnedPercent, member.LearnedInSeconds));
        Assert.Equal("learning 83 %, 4 s left; takes the place of server-2", member.PhaseReason);

        member = Learner(learner with { IsCaughtUp = true, LearnedShare = 1, LearnedIn = null });
        Assert.Equal((100, null, "caught up; takes the place of server-2"), (member.LearnedPercent, member.LearnedInSeconds, member.PhaseReason));

        // All entries of the last round, and not yet caught up: never told as all.
        member = Learner(learner with { LearnedShare = 1, LearnedIn = TimeSpan.FromMinutes(5) });
        Assert.Equal("learning 99 %, 5 min left; takes the place of server-2", member.PhaseReason);
        member = Learner(learner with { LearnedIn = null, Problem = "no route to host" });
        Assert.Equal("learning 83 %; nothing reaches it now: no route to host; takes the place of server-2", member.PhaseReason);
    }

    [Fact]
    public void Who_is_expected_lost_leaving_or_away_is_told_with_the_reason()
    {
        ClusterReport report = Report(State(membership => membership with
        {
            Standings = Standings(
                Standing(First, MemberMark.Leaving, "an operator wants another in its place"),
                Standing(Second, MemberMark.Lost, "silent for 5.2 s, and no other voter hears it"),
                Standing(Third, MemberMark.Member, "") with { AwayUntilMilliseconds = Now + 61_000 },
                Standing(Newcomer, MemberMark.Requested, "") with { Replaces = Second }),
        }));
        Assert.Equal(["newcomer", "server-0", "server-1", "server-2"], report.Members.Select(member => member.Name));
        Assert.Equal(
            [
                ("requested", "adding-vote", "it is expected; start it with 'stateserver server --join'; takes the place of server-1"),
                ("voting", "removing-vote", "it leaves: an operator wants another in its place"),
                ("lost", "removing-vote", "silent for 5.2 s, and no other voter hears it"),
                ("suspect", "has-vote", "it announced its stop, and has 61 s to come back"),
            ],
            report.Members.Select(member => (member.Phase, member.Vote, member.PhaseReason)));
        Assert.Equal((false, "it has not joined yet", "unreachable"), (report.Members[0].Healthy, report.Members[0].Reason, report.Members[0].Role));
        Assert.Equal(SampleCluster.Now.AddSeconds(61), report.Members[3].AwayUntil);
    }

    [Fact]
    public void A_member_whose_disk_stalls_or_that_lags_for_minutes_is_degraded_and_healthy()
    {
        ImmutableArray<MemberObservation> seen = SampleCluster.Observations();
        seen = seen.SetItem(0, seen[0] with { Status = seen[0].Status! with { Notes = new() { Laggards = [Third], IsDiskSlow = true } } });
        ClusterReport report = Report(State(), seen);
        Assert.Equal([true, false, true], report.Members.Select(member => member.Degraded));
        Assert.Equal("degraded: its disk stalls", report.Members[0].PhaseReason);
        Assert.StartsWith("degraded: behind for minutes", report.Members[2].PhaseReason, StringComparison.Ordinal);
        Assert.True(report.Members[0].Healthy);
        Assert.Contains("degraded", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void How_long_redundancy_is_full_or_is_not_is_told()
    {
        ClusterReport full = Report(State(membership => membership with { FullSinceMilliseconds = Now - 725_000 }));
        Assert.Equal((725L, null), (full.Membership!.FullForSeconds, full.Membership.ShortForSeconds));
        Assert.Contains("Redundancy: full for 12m, 3 of 3 members vote", Text(full), StringComparison.Ordinal);
        ClusterReport missing = Report(State(membership => membership with { ShortSinceMilliseconds = Now - 42_900 }));
        Assert.Equal((null, 42L), (missing.Membership!.FullForSeconds, missing.Membership.ShortForSeconds));
        Assert.Contains($"Redundancy: not full for 42s, 3 of 3 members vote{Environment.NewLine}", Text(missing), StringComparison.Ordinal);
        ClusterReport lost = Report(State(membership => membership with
        {
            ShortSinceMilliseconds = Now - 42_900,
            Standings = Standings(Standing(Third, MemberMark.Lost, "silent for 5.2 s")),
        }));
        Assert.Contains("Redundancy: not full for 42s, 3 of 3 members vote, and 1 of them is lost", Text(lost), StringComparison.Ordinal);
        Assert.DoesNotContain("Redundancy", Text(Report(State(membership => membership with { Target = 0 }))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pause_is_told_with_its_end_and_is_not_once_it_is_over()
    {
        ClusterReport report = Report(State(membership => membership with { Pause = new(Now + 60_000, "new disks") }));
        Assert.True(report.Membership!.Healing.Paused);
        Assert.Contains("Healing is paused until 2026-11-23T10:16:30.250Z: new disks", Text(report), StringComparison.Ordinal);
        report = Report(State(membership => membership with { Pause = new(long.MaxValue, "new disks") }));
        Assert.Null(report.Membership!.Healing.PausedUntil);
        Assert.Contains("Healing is paused until 'stateserver healing resume': new disks", Text(report), StringComparison.Ordinal);
        Assert.False(Report(State(membership => membership with { Pause = new(Now, "new disks") })).Membership!.Healing.Paused);
    }

    [Fact]
    public void What_the_leader_awaits_and_which_guard_holds_it_back_is_told_by_any_member()
    {
        var notes = new StatusNotes
        {
            Awaited = ["server-2: silent for 3.2 s of 5 s"],
            Stopped = $"the provider says that the instance of member {Third} is gone, and the member is heard",
            Guards = ["contradiction"],
        };
        ClusterReport report = Report(
            State(membership => membership with { Replacements = [Now - 4_000_000, Now - 3_000, Now - 2_000], Tombstones = [new(9)] }), WithNotes(notes));
        Assert.Equal((2, 1), (report.Membership!.Replacements, report.Membership.Removed));
        Assert.Contains("Awaited: server-2: silent for 3.2 s of 5 s", Text(report), StringComparison.Ordinal);
        Assert.Contains(
            "Healing waits (contradiction): the provider says that the instance of member server-2 is gone, and the member is heard",
            Text(report),
            StringComparison.Ordinal);
        report = Report(State(), WithNotes(notes with { Stopped = "", Guards = ["rate"] }));
        Assert.Contains("Healing is held back by the guard rate", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void The_short_forms_tell_the_operation_and_healing_too()
    {
        ClusterReport report = Report(State(membership => membership with
        {
            ShortSinceMilliseconds = Now - 1_000,
            Pause = new(long.MaxValue, "new disks"),
            Operation = new(1, OperationKind.Shrink, [], [Second, Third], false, true, "too many", Now),
        }));
        foreach (string text in new[] { LineStatus.WriteOneline(report), LineStatus.WriteSummary(report) })
        {
            Assert.Contains("Redundancy: not full for 1s", text, StringComparison.Ordinal);
            Assert.Contains("Operation 1 (shrink, being taken back), 0 of 2 vote changes in force", text, StringComparison.Ordinal);
            Assert.Contains("Healing is paused", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_survives_the_wire()
    {
        ClusterReport report = Report(
            State(membership => membership with
            {
                ShortSinceMilliseconds = Now - 1_500,
                Pause = new(Now + 9_000, "new disks"),
                Operation = new(1, OperationKind.Grow, [Newcomer], [], true, false, "more are wanted", Now - 2_000),
                Standings = Standings(Standing(Newcomer, MemberMark.Requested, "") with { Replaces = Third, AwayUntilMilliseconds = Now + 5_000 }),
            }),
            WithNotes(new() { Awaited = ["one", "two"], Stopped = "it waits", Guards = ["rate"], Laggards = [First] }));
        ClusterReport read = StatusMessages.FromMessage(GetStatusResponse.Parser.ParseFrom(StatusMessages.ToMessage(report).ToByteArray()));
        Assert.Equal(JsonStatus.Write(report), JsonStatus.Write(read));
        ClusterReport full = Report(State(membership => membership with { FullSinceMilliseconds = Now - 1_500 }));
        read = StatusMessages.FromMessage(GetStatusResponse.Parser.ParseFrom(StatusMessages.ToMessage(full).ToByteArray()));
        Assert.Equal(JsonStatus.Write(full), JsonStatus.Write(read));
    }

    [Fact]
    public void An_operations_step_a_pause_and_a_guard_are_news_and_ages_are_not()
    {
        ClusterReport told = Report(State(membership => membership with { FullSinceMilliseconds = Now - 1_500 }));
        Assert.False(StatusDifference.IsNews(told, Report(State(membership => membership with { FullSinceMilliseconds = Now - 9_500 }))));
        Assert.True(StatusDifference.IsNews(told, Report(State())));
        Assert.True(StatusDifference.IsNews(told, Report(State(membership => membership with
        {
            FullSinceMilliseconds = Now - 1_500,
            Operation = new(1, OperationKind.Shrink, [], [Second, Third], false, false, "too many", Now),
        }))));
        Assert.True(StatusDifference.IsNews(told, Report(
            State(membership => membership with { FullSinceMilliseconds = Now - 1_500 }), WithNotes(new() { Guards = ["rate"] }))));
    }

    /// <summary><c>explain</c> of a lost member shows the choice for its replacement, from which its own zone is left out.</summary>
    [Fact]
    public void The_zone_chosen_for_a_lost_member_is_its_replacements_and_for_a_newcomer_its_own()
    {
        Zone elsewhere = new("local-d");
        ReplicatedState state = State(membership => membership with
        {
            Standings = Standings(Standing(Third, MemberMark.Lost, ""), Standing(Newcomer, MemberMark.Requested, "") with { Replaces = Third, Zone = elsewhere }),
        });
        Assert.NotEqual(elsewhere, MemberNames.ZoneOf(state, Third));
        Assert.Equal(elsewhere, MemberNames.ZoneChosenFor(state, Third));
        Assert.Equal(elsewhere, MemberNames.ZoneChosenFor(state, Newcomer));
    }

    private static MemberReport Learner(MemberReach reach)
    {
        ImmutableArray<MemberObservation> seen = SampleCluster.Observations();
        MemberStatus own = SampleCluster.Status(1, MemberRole.Learner, First) with { Id = Newcomer, Name = "newcomer" };
        ReplicatedState state = State(membership => membership with
        {
            Standings = Standings(Standing(Newcomer, MemberMark.Requested, "") with { Replaces = Third }),
        });
        return Report(
            state with { Members = state.Members.Add(Newcomer, state.Members[First] with { Id = Newcomer, Name = "newcomer" }) },
            [
                seen[0] with { Status = seen[0].Status! with { Reaches = [reach] } },
                seen[1],
                seen[2],
                new(Newcomer, own, TimeSpan.Zero, SampleCluster.Now, null),
            ]).Members.Single(member => member.Name == "newcomer");
    }

    private static ImmutableArray<MemberObservation> WithNotes(StatusNotes notes)
    {
        ImmutableArray<MemberObservation> seen = SampleCluster.Observations();
        return seen.SetItem(0, seen[0] with { Status = seen[0].Status! with { Notes = notes } });
    }

    private static ReplicatedState State(Func<MembershipState, MembershipState>? change = null)
    {
        MembershipState membership = MembershipState.Empty with { Target = 3, Voters = [First, Second, Third] };
        return ReplicatedState.Empty with
        {
            FeatureLevel = 4,
            Members = SampleCluster.Registered,
            Membership = change is null ? membership : change(membership),
        };
    }

    private static ClusterReport Report(ReplicatedState state, ImmutableArray<MemberObservation>? seen = null)
    {
        ImmutableArray<MemberObservation> observations = seen ?? SampleCluster.Observations();
        return MembershipReportBuilder.Add(Bare(observations), observations, state, SampleCluster.Now);
    }

    private static ClusterReport Bare(ImmutableArray<MemberObservation> seen) => ClusterReportBuilder.Build(
        seen[0].Status!, seen, SampleCluster.Registered, SampleCluster.Initial, SampleCluster.Now);

    private static string Text(ClusterReport report) => TabularStatus.Write(report, SampleCluster.Now);

    private static ImmutableSortedDictionary<NodeId, MemberStanding> Standings(params MemberStanding[] standings) =>
        standings.ToImmutableSortedDictionary(standing => standing.Id, standing => standing);

    private static MemberStanding Standing(NodeId id, MemberMark mark, string reason) =>
        new(id, SampleCluster.Registered.TryGetValue(id, out MemberRecord? record) ? record.Name : "newcomer", null, new Zone("local-c"), null, mark, reason, 0, 0);
}
