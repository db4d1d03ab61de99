using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using static StateServer.Domain.Tests.Membership.MembershipScript;

namespace StateServer.Domain.Tests.Membership;

/// <summary>The membership as any etcd client reads it; that it is whole, <see cref="MembershipInvariants"/> checks behind each command.</summary>
public sealed class MembershipViewTests
{
    [Fact]
    public void Members_are_there_from_the_level_on()
    {
        var script = new Apply.Script();
        script.Run(new RegisterMemberCommand(Member(1)));
        Assert.Empty(script.Find("/stateserver/", "/stateserver0").KeyValues);
        script.Run(new RaiseFeatureLevelCommand(4));
        Assert.Equal(
            ["/stateserver/members/1", "/stateserver/membership"],
            script.Find("/stateserver/", "/stateserver0").KeyValues.Select(version => version.Key.ToString()));
        var revision = script.State.Keyspace.Revision;
        script.Vote(1);
        Assert.Equal(revision.Value + 1, script.State.Keyspace.Revision.Value);
        Assert.Contains(script.Events, change => change.Current.ModRevision == script.State.Keyspace.Revision);
    }

    [Fact]
    public void The_whole_tells_what_is_wanted_and_under_way()
    {
        var script = new MembershipScript(3);
        Assert.Equal(
            """{"v":1,"target":0,"wish":{},"voters":["1","2","3"],"lastOperation":0,"removed":0,"replacements":[],"shortSince":0,"fullSince":0}""",
            script.Value("membership"));
        script.Do(new SetTargetCommand(
            5, new MemberWish("xenial", Constraints.None with { CpuCores = 2 }, [new PlacementDirective(new Zone("a"), null)]), false));
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Join(4, replaces: 2);
        script.Do(Swap(4, 2, false));
        script.Do(new SetHealingPauseCommand(true, long.MaxValue, "down"));
        Assert.Equal(
            Line(
                """
                {"v":1,"target":5,"wish":{"series":"xenial","constraints":{"cpu-cores":2},"to":["zone=a"]},"voters":["1","2","3"],
                "operation":{"id":1,"kind":"swap","promote":["4"],"remove":["2"],"promoteFirst":false,"undoing":false,
                "reason":"it is lost","since":1000},"lastOperation":1,"removed":0,"pause":{"why":"down"},"replacements":[1000],
                "shortSince":1000,"fullSince":0}
                """),
            script.Value("membership"));
        script.Do(new SetHealingPauseCommand(true, 9_000, "down"));
        Assert.Contains("""{"until":9000,"why":"down"}""", script.Value("membership"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_tells_who_it_is_and_how_it_stands()
    {
        var script = new MembershipScript(3, 3);
        Assert.Equal(
            Line(
                """
                {"v":1,"id":"2","name":"two","votes":true,"mark":"member","zone":"b","peerAddress":"h2:1","clientUrls":["http://h2:2"],
                "version":"1","joinedAt":0}
                """),
            script.Value("members/2"));
        script.Do(new MarkMemberLostCommand(Id(2), "silent"));
        script.Do(Add(4, replaces: 2, zone: "c"));
        Assert.Equal(
            Line(
                """
                {"v":1,"id":"4","name":"four","votes":false,"mark":"requested","zone":"c","machine":3,"replaces":"2","reason":"wanted",
                "since":1000,"awayUntil":0}
                """),
            script.Value("members/4"));
        script.Vote(1, 3);
        script.Do(new RemoveMemberCommand(Id(2), ""));
        Assert.False(script.HasKey("members/2"));
        Assert.DoesNotContain("replaces", script.Value("members/4"), StringComparison.Ordinal);
    }

    private static string Line(string text) => text.ReplaceLineEndings("");
}
