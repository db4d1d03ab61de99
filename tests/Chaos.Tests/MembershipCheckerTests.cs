using Google.Protobuf;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Cli;
using StateServer.Chaos.Histories;
using StateServer.Chaos.Membership;
using StateServer.Chaos.Membership.Checkers;
using StateServer.Chaos.Membership.Faults;
using StateServer.Protos.Etcd;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Tests;

public sealed class MembershipCheckerTests
{
    [Fact]
    public void Two_that_lead_in_one_term_are_a_violation_and_one_in_each_of_two_terms_is_none()
    {
        Assert.Equal(Conclusion.Holds, LeaderChecker.Check([new(1, 11), new(2, 12), new(3, 11)]).Conclusion);
        var verdict = LeaderChecker.Check([new(1, 11), new(2, 12), new(2, 13)]);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains("members 12 and 13 said that they lead in term 2", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_removed_member_acknowledges_is_a_violation_where_it_was_asked_after_the_removal()
    {
        var removed = new Dictionary<ulong, long> { [11] = 1000 };
        Assert.Equal(Conclusion.Holds, RemovedMemberChecker.Check([new("a", 5, 11, 999), new("b", 6, 12, 2000)], removed).Conclusion);
        Assert.Equal(Conclusion.Violated, RemovedMemberChecker.Check([new("a", 5, 11, 999), new("b", 6, 11, 1001)], removed).Conclusion);
    }

    [Fact]
    public void A_read_that_a_removed_member_answers_is_a_violation_too()
    {
        var removed = new Dictionary<ulong, long> { [11] = 1000 };
        Assert.Equal(Conclusion.Violated, RemovedMemberChecker.Check([new AnsweredRead("a", 5, 11, 1001, 0)], removed).Conclusion);
    }

    [Fact]
    public void A_read_that_is_older_than_what_was_acknowledged_before_it_is_a_violation()
    {
        Assert.Equal(Conclusion.Holds, StaleReadChecker.Check([new("a", 7, 11, 0, 7), new("a", 9, 11, 0, 7)]).Conclusion);
        var verdict = StaleReadChecker.Check([new("a", 7, 11, 0, 7), new("a", 6, 12, 0, 7)]);
        Assert.Equal(Conclusion.Violated, verdict.Conclusion);
        Assert.Contains("member 12 answered a read at revision 6; revision 7", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replacement_in_the_zone_of_the_loss_is_a_violation()
    {
        var lostIn = new Dictionary<ulong, string> { [11] = "local-a" };
        Assert.Equal(Conclusion.Holds, ReplacementChecker.Check(new Dictionary<(ulong, ulong), string> { [(21, 11)] = "local-b" }, lostIn).Conclusion);
        Assert.Equal(Conclusion.Violated, ReplacementChecker.Check(new Dictionary<(ulong, ulong), string> { [(21, 11)] = "local-a" }, lostIn).Conclusion);
    }

    [Theory]
    [InlineData(7, 1, Conclusion.Holds)]
    [InlineData(8, 1, Conclusion.Violated)]
    [InlineData(7, 2, Conclusion.Violated)]
    public void An_acknowledged_write_is_at_its_revision_and_was_executed_once(long revision, long version, object expected)
    {
        var writes = new Dictionary<string, OperationStatus> { ["a"] = OperationStatus.Ok, ["b"] = OperationStatus.Fail };
        var found = new KeyValue { Key = ByteString.CopyFromUtf8("a"), ModRevision = revision, Version = version };
        Assert.Equal(expected, KeptWriteChecker.Check(writes, [new("a", 7, 11, 0)], [found]).Conclusion);
    }

    [Fact]
    public void An_acknowledged_write_that_is_gone_and_a_refused_one_that_is_there_are_violations()
    {
        var writes = new Dictionary<string, OperationStatus> { ["a"] = OperationStatus.Ok, ["b"] = OperationStatus.Fail };
        Assert.Equal(Conclusion.Violated, KeptWriteChecker.Check(writes, [new("a", 7, 11, 0)], []).Conclusion);
        KeyValue[] both = [.. ((string[])["a", "b"]).Select(key => new KeyValue { Key = ByteString.CopyFromUtf8(key), ModRevision = 7, Version = 1 })];
        Assert.Equal(Conclusion.Violated, KeptWriteChecker.Check(writes, [new("a", 7, 11, 0)], both).Conclusion);
    }

    [Fact]
    public void A_critical_line_is_an_alarm_but_that_a_member_was_removed()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string log = Path.Combine(folder, "log");
            File.WriteAllText(log, "t crit: RaftNode[3060] this member was removed from the cluster and serves nothing any more: so\n");
            File.AppendAllText(log, "t crit: ReplicaLifetime[4052] this process ends: its member was removed from the cluster, and its folder is retired\n");
            Assert.Equal(Conclusion.Holds, KeptLogs.Inspect(folder).Conclusion);
            File.AppendAllText(log, "t crit: RaftNode[1] something else\n");
            Assert.Equal(Conclusion.Violated, KeptLogs.Inspect(folder).Conclusion);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(true, false, Conclusion.Holds)]
    [InlineData(true, true, Conclusion.Holds)]
    [InlineData(false, false, Conclusion.Violated)]
    [InlineData(false, true, Conclusion.Undecided)]
    public void What_did_not_come_is_a_violation_unless_the_wait_for_it_was_interrupted(bool came, bool interrupted, object expected)
    {
        Assert.Equal(expected, Verdict.OfWait("strays", came, "so", new CancellationToken(interrupted)).Conclusion);
    }

    [Fact]
    public void The_short_form_has_faults_of_it_that_this_machine_can_do()
    {
        Assert.Equal([MembershipCatalogue.Workload], ShortVerb.MembershipPlan.Workloads);
        Assert.True(ShortVerb.MembershipPlan.Faults.Count >= 2, "names of faults are misspelt");
        Assert.DoesNotContain(ShortVerb.MembershipPlan.Seed, ShortVerb.Plans().Select(plan => plan.Seed));
    }

    [Fact]
    public void Its_faults_and_workload_go_with_nothing_else()
    {
        Assert.False(Names.TryRead("membership,set", null, out _, out _));
        Assert.False(Names.TryRead("membership", "kill-leader", out _, out _));
        Assert.False(Names.TryRead("set", "lose-leader", out _, out _));
        Assert.True(Names.TryRead("membership", null, out _, out var faults));
        Assert.Equal(Names.MembershipFaults, faults);
    }

    [Fact]
    public void Faults_that_few_members_can_not_bear_are_left_out_unless_they_are_asked_for()
    {
        Assert.True(Names.TryFit(Names.MembershipFaults, 3, areAsked: false, out var ofThree));
        Assert.Equal([.. Names.MembershipFaults.Where(fault => fault != "lose-two")], ofThree);
        Assert.True(Names.TryFit(Names.MembershipFaults, 5, areAsked: true, out var ofFive));
        Assert.Equal(Names.MembershipFaults, ofFive);
        Assert.False(Names.TryFit(["lose-two"], 3, areAsked: true, out _));
    }

    [Fact]
    public void What_members_are_in_the_middle_of_is_told_and_nothing_where_all_is_well()
    {
        var answer = new ListMembersResponse { Target = 1, Members = { new StateServer.Protos.Operator.Member { Id = 11, Name = "m1", Vote = "has-vote", Phase = "voting" } } };
        Assert.Null(MembershipContext.UnderWay(answer));
        Assert.Equal("votes change: so", MembershipContext.UnderWay(new(answer) { Operation = "so" }));
        Assert.Equal("1 of 3 vote", MembershipContext.UnderWay(new(answer) { Target = 3 }));
        Assert.Equal(
            "m2 is starting",
            MembershipContext.UnderWay(new(answer) { Members = { new StateServer.Protos.Operator.Member { Id = 12, Name = "m2", Vote = "adding-vote", Phase = "starting" } } }));
        Assert.Equal(
            "m2 leaves",
            MembershipContext.UnderWay(new(answer) { Members = { new StateServer.Protos.Operator.Member { Id = 12, Name = "m2", Vote = "removing-vote", Phase = "voting" } } }));
    }
}
