using System.Collections.Immutable;
using System.Text.Json;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Reports;
using StateServer.Reports.Formats;

namespace StateServer.StateServer.Tests.Reports;

public sealed class ClusterReportTests
{
    private static readonly ClusterReport Sample = Build(SampleCluster.Observations());

    [Fact]
    public void The_json_form_is_the_committed_contract()
    {
        string golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reports", "status.golden.json"));
        Assert.Equal(golden.Trim(), JsonStatus.Write(Sample), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void The_json_form_has_the_fields_of_the_contract_in_all_cases()
    {
        foreach (ClusterReport report in new[] { Sample, Leaderless() })
        {
            using var json = JsonDocument.Parse(JsonStatus.Write(report));
            Assert.Equal(["cluster", "members", "environment", "machines", "services", "units", "zones", "membership"], Names(json.RootElement));
            Assert.Equal(
                ["id", "leader", "term", "revision", "incarnation", "featureLevel", "voters", "votersAlive", "canLoseMembers", "canLoseZones", "asOf", "zoneLosses"],
                Names(json.RootElement.GetProperty("cluster")));
            Assert.All(json.RootElement.GetProperty("members").EnumerateArray(), m => Assert.Equal(
                [
                    "name", "id", "zone", "role", "vote", "phase", "address", "pid", "term", "lastIndex", "appliedIndex", "lag",
                    "sizeBytes", "version", "joinedAt", "lastSeen", "healthy", "reason", "phaseReason", "learnedPercent", "learnedInSeconds", "degraded", "machine", "replaces", "awayUntil",
                ],
                Names(m)));
        }

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
    }

    [Fact]
    public void Without_a_leader_it_answers_and_says_so()
    {
        ClusterReport report = Leaderless();
        Assert.Null(report.Cluster.Leader);
        Assert.Equal(2, report.Cluster.VotersAlive);
        Assert.Contains("No leader (term 7)", TabularStatus.Write(report, SampleCluster.Now), StringComparison.Ordinal);
        Assert.Contains("No leader", LineStatus.WriteOneline(report), StringComparison.Ordinal);
        Assert.Contains("No leader", LineStatus.WriteSummary(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_quorum_nothing_more_can_be_lost()
    {
        ImmutableArray<MemberObservation> observations = SampleCluster.Observations(withLeader: false);
        ClusterReport report = Build(observations.SetItem(1, new MemberObservation(SampleCluster.Ids[1], null, null, null, "no route")));
        Assert.Equal((1, 3, 0), (report.Cluster.VotersAlive, report.Cluster.Voters, report.Cluster.CanLoseMembers));
        Assert.Empty(report.Cluster.CanLoseZones);
        Assert.Contains("No quorum", TabularStatus.Write(report, SampleCluster.Now), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deposed_leader_that_does_not_know_it_yet_is_not_called_leader()
    {
        ImmutableArray<MemberObservation> observations = SampleCluster.Observations();
        MemberStatus newer = SampleCluster.Status(1, MemberRole.Follower, SampleCluster.Ids[2]) with { Term = 8 };
        ClusterReport report = Build(observations.SetItem(1, observations[1] with { Status = newer }));
        Assert.Null(report.Cluster.Leader);
        Assert.DoesNotContain(report.Members, m => m.Role == "leader");
    }

    [Fact]
    public void A_member_that_answers_but_is_not_healthy_counts_as_no_voter_alive_and_tells_why()
    {
        ImmutableArray<MemberObservation> observations = SampleCluster.Observations();
        MemberStatus hurt = observations[1].Status! with { Role = MemberRole.Passive, Unhealthy = "log damaged: segment 3 at 4096" };
        ClusterReport report = Build(observations.SetItem(1, observations[1] with { Status = hurt }));
        MemberReport member = report.Members.Single(m => m.Name == "server-1");
        Assert.False(member.Healthy);
        Assert.Equal("suspect", member.Phase);
        Assert.Equal("log damaged: segment 3 at 4096", member.Reason);
        Assert.Equal(1, report.Cluster.VotersAlive);
    }

    [Fact]
    public void A_cluster_that_never_registered_is_known_by_its_initial_list()
    {
        MemberStatus self = SampleCluster.Status(0, MemberRole.Follower, default) with { Voters = [], Term = 0 };
        ClusterReport report = ClusterReportBuilder.Build(
            self,
            [new MemberObservation(self.Id, self, TimeSpan.Zero, SampleCluster.Now, null)],
            ImmutableSortedDictionary<NodeId, MemberRecord>.Empty,
            SampleCluster.Initial,
            SampleCluster.Now);
        Assert.Equal(3, report.Cluster.Voters);
        MemberReport unknown = report.Members.Single(m => m.Name == "server-2");
        Assert.Equal(("unreachable", "starting", false), (unknown.Role, unknown.Phase, unknown.Healthy));
        Assert.NotNull(unknown.Reason);
    }

    [Fact]
    public void A_pid_is_told_only_of_members_on_this_machine()
    {
        ImmutableArray<MemberObservation> observations = SampleCluster.Observations();
        MemberStatus elsewhere = observations[1].Status! with { PeerAddress = "10.0.0.2:2380" };
        ClusterReport report = Build(observations.SetItem(1, observations[1] with { Status = elsewhere }));
        Assert.Equal([1000, null, null], report.Members.Select(m => m.Pid));
    }

    [Fact]
    public void A_report_survives_the_wire()
    {
        foreach (ClusterReport report in new[] { Sample, Leaderless() })
        {
            ClusterReport read = StatusMessages.FromMessage(
                Protos.Operator.GetStatusResponse.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(StatusMessages.ToMessage(report))));
            Assert.Equal(JsonStatus.Write(report), JsonStatus.Write(read));
        }
    }

    [Fact]
    public void Of_several_answers_the_one_that_knows_a_leader_wins_then_the_newest()
    {
        ClusterReport leaderless = Leaderless();
        ClusterReport newer = leaderless with { Cluster = leaderless.Cluster with { Term = 9 } };
        Assert.Same(Sample, StatusQuery.Best([newer, Sample, leaderless]));
        Assert.Same(newer, StatusQuery.Best([leaderless, newer]));
        Assert.Null(StatusQuery.Best([]));
    }

    [Fact]
    public void The_yaml_form_keeps_ids_texts_and_absent_values_null()
    {
        string yaml = YamlStatus.Write(Sample);
        Assert.Contains("id: \"18446744073709551615\"", yaml, StringComparison.Ordinal);
        Assert.Contains("canLoseMembers: 0", yaml, StringComparison.Ordinal);
        Assert.Contains("pid: null", yaml.Replace("pid: \n", "pid: null\n", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("reason: connection refused", yaml, StringComparison.Ordinal);
    }

    private static ClusterReport Leaderless() => Build(SampleCluster.Observations(withLeader: false));

    private static ClusterReport Build(ImmutableArray<MemberObservation> observations) => ClusterReportBuilder.Build(
        observations[0].Status!, observations, SampleCluster.Registered, SampleCluster.Initial, SampleCluster.Now);
}
