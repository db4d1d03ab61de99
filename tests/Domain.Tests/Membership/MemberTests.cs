using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Apply;

namespace StateServer.Domain.Tests.Membership;

public sealed class MemberTests
{
    private static readonly MemberRecord One = new(
        new NodeId(1),
        "one",
        new FolderId(11),
        new Zone("local-a"),
        "127.0.0.1:2380",
        ["http://127.0.0.1:2379"],
        1,
        "0.1.0",
        DateTimeOffset.FromUnixTimeMilliseconds(1000));

    private static readonly MemberRecord Two = One with
    {
        Id = new NodeId(2),
        Name = "two",
        Folder = new FolderId(12),
        PeerAddress = "127.0.0.1:2390",
    };

    [Fact]
    public void A_member_may_move_and_keeps_the_time_it_joined()
    {
        var script = new Script();
        script.Run(new RegisterMemberCommand(One));
        var digest = script.State.Digest;
        var moved = One with { PeerAddress = "127.0.0.2:2380", JoinedAt = DateTimeOffset.FromUnixTimeMilliseconds(2000) };
        Assert.IsType<DoneOutcome>(script.Run(new RegisterMemberCommand(moved)));
        Assert.Equal("127.0.0.2:2380", script.State.Members[One.Id].PeerAddress);
        Assert.Equal(One.JoinedAt, script.State.Members[One.Id].JoinedAt);
        Assert.NotEqual(digest, script.State.Digest);
    }

    [Theory]
    [InlineData(2UL, 13UL, "three", "127.0.0.1:1", RejectionReason.FolderMismatch)]
    [InlineData(3UL, 13UL, "one", "127.0.0.1:1", RejectionReason.MemberConflict)]
    [InlineData(3UL, 13UL, "three", "127.0.0.1:2380", RejectionReason.MemberConflict)]
    [InlineData(0UL, 13UL, "three", "127.0.0.1:1", RejectionReason.InvalidArgument)]
    [InlineData(3UL, 0UL, "three", "127.0.0.1:1", RejectionReason.InvalidArgument)]
    [InlineData(3UL, 13UL, "", "127.0.0.1:1", RejectionReason.InvalidArgument)]
    public void Whoever_contradicts_what_is_known_is_refused(
        ulong id,
        ulong folder,
        string name,
        string address,
        RejectionReason reason)
    {
        var script = new Script();
        script.Run(new RegisterMemberCommand(One));
        script.Run(new RegisterMemberCommand(Two));
        var before = script.State;
        var odd = One with { Id = new NodeId(id), Folder = new FolderId(folder), Name = name, PeerAddress = address };
        var refused = Assert.IsType<Rejection>(script.Run(new RegisterMemberCommand(odd)));
        Assert.Equal(reason, refused.Reason);
        Assert.Equal(before.Digest, script.State.Digest);
    }

    [Fact]
    public void The_feature_level_is_the_lowest_that_all_members_know()
    {
        var script = new Script();
        Assert.IsType<Rejection>(script.Run(new RaiseFeatureLevelCommand(2)));
        script.Run(new RegisterMemberCommand(One with { HighestFeatureLevel = 3 }));
        script.Run(new RegisterMemberCommand(Two with { HighestFeatureLevel = 2 }));
        Assert.Equal(
            RejectionReason.FeatureLevel,
            Assert.IsType<Rejection>(script.Run(new RaiseFeatureLevelCommand(3))).Reason);
        Assert.IsType<DoneOutcome>(script.Run(new RaiseFeatureLevelCommand(2)));
        Assert.IsType<DoneOutcome>(script.Run(new RaiseFeatureLevelCommand(1)));
        Assert.Equal(2, script.State.FeatureLevel);
        Assert.Equal(
            RejectionReason.FeatureLevel,
            Assert.IsType<Rejection>(script.Run(new RegisterMemberCommand(Two with { HighestFeatureLevel = 1 }))).Reason);
    }

    [Fact]
    public void Alarms_are_raised_and_cleared()
    {
        var script = new Script();
        var quiet = script.State.Digest;
        script.Run(new SetAlarmCommand(One.Id, AlarmKind.Corrupt, true));
        script.Run(new SetAlarmCommand(One.Id, AlarmKind.Corrupt, true));
        Assert.Equal([(One.Id, AlarmKind.Corrupt)], script.State.Alarms);
        Assert.Equal(StateDigest.Recompute(script.State), script.State.Digest);
        Assert.NotEqual(quiet, script.State.Digest);
        script.Run(new SetAlarmCommand(One.Id, AlarmKind.Corrupt, false));
        Assert.Empty(script.State.Alarms);
        Assert.Equal(quiet, script.State.Digest);
        Assert.IsType<Rejection>(script.Run(new SetAlarmCommand(One.Id, AlarmKind.None, true)));
    }
}
