using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Replica;

public sealed class ReplicaTests
{
    [Fact]
    public async Task Members_observe_each_other_with_and_without_a_leader()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var all = await cluster[1].Replica.ObserveMembersAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal([1, 2, 3], all.Select(one => one.Id.Value));
        Assert.Equal([MemberRole.Leader, MemberRole.Follower, MemberRole.Follower], all.Select(one => one.Status!.Role));
        Assert.All(all, one => Assert.Equal(cluster[0].Id, one.Status!.Leader));
        Assert.Equal("zone-3", all[2].Status!.Zone.Name);

        cluster.LoseLeader();
        cluster[2].Peers.Unreachable = true;
        all = await cluster[1].Replica.ObserveMembersAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Null(all[2].Status);
        Assert.NotNull(all[2].LastSeen);
        Assert.NotNull(all[2].Error);
        Assert.True(all[0].Status!.Leader.IsNone);
        Assert.Equal(MemberRole.Follower, all[0].Status!.Role);

        // A member that merely knows no leader can vote: it is no unhealthy one.
        Assert.Null(all[0].Status!.Unhealthy);
    }

    [Fact]
    public async Task Whoever_waits_for_a_members_term_is_told_when_its_first_entry_is_applied()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        var heir = cluster[1].Replica;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        heir.LeadershipChanged += () =>
        {
            if (heir.LeadingTerm == cluster.Look().Term)
            {
                told.TrySetResult();
            }
        };
        cluster.Elect(1);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_status_survives_the_wire()
    {
        var status = new MemberStatus
        {
            Id = new(1),
            Cluster = new(2),
            Name = "n",
            Zone = new("z"),
            PeerAddress = "a:1",
            ClientUrls = ["http://a:2", "http://a:3"],
            Role = MemberRole.Leader,
            Leader = new(4),
            Term = 5,
            FirstIndex = 6,
            LastIndex = 7,
            CommitIndex = 8,
            AppliedIndex = 9,
            Revision = new(10),
            Voters = [new(1), new(3)],
            DiskBytes = 11,
            StateBytes = 12,
            DiskFreeBytes = 13,
            SnapshotIndex = 14,
            Version = "15",
            ProcessId = 16,
            FeatureLevel = 17,
            Incarnation = 19,
            QuotaBytes = 20,
            StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000),
            Unhealthy = "18",
            SyncingFor = TimeSpan.FromMilliseconds(21),
            Reaches =
            [
                new()
                {
                    Id = new(3),
                    IsVoter = false,
                    SilentFor = TimeSpan.FromMilliseconds(22),
                    IsHeard = true,
                    IsCaughtUp = true,
                    LearnedShare = 0.25,
                    LearnedIn = TimeSpan.FromMilliseconds(23),
                    BehindEntries = 24,
                    Problem = "25",
                },
                new() { Id = new(5), IsVoter = true, SilentFor = TimeSpan.Zero, IsHeard = false, IsCaughtUp = false, LearnedShare = 1 },
            ],
            Notes = new() { Awaited = ["26"], Stopped = "27", Guards = ["28"], Laggards = [new(29)], IsDiskSlow = true },
        };
        var back = StatusWire.FromReply(StatusWire.ToReply(status));
        Assert.Equal(status.ClientUrls, back.ClientUrls.AsEnumerable());
        Assert.Equal(status.Voters, back.Voters.AsEnumerable());
        Assert.Equal(status.Reaches, back.Reaches.AsEnumerable());
        Assert.Equal(status.Notes.Awaited, back.Notes.Awaited.AsEnumerable());
        Assert.Equal(status.Notes.Guards, back.Notes.Guards.AsEnumerable());
        Assert.Equal(status.Notes.Laggards, back.Notes.Laggards.AsEnumerable());
        Assert.Equal((status.Notes.Stopped, status.Notes.IsDiskSlow), (back.Notes.Stopped, back.Notes.IsDiskSlow));
        Assert.Equal(
            status, back with { ClientUrls = status.ClientUrls, Voters = status.Voters, Reaches = status.Reaches, Notes = status.Notes });
    }

    [Fact]
    public async Task Leadership_is_handed_over_from_wherever_it_is_asked()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster[2].Replica.TransferLeadershipAsync(cluster[1].Id, CancellationToken.None);
        Assert.Equal(cluster[1].Id, cluster.Look().Leader);
        await cluster[1].Replica.TransferLeadershipAsync(default, CancellationToken.None);
        Assert.NotEqual(cluster[1].Id, cluster.Look().Leader);

        var bad = await Assert.ThrowsAsync<ProposalRefusedException>(
            () => cluster[0].Replica.TransferLeadershipAsync(new NodeId(99), CancellationToken.None).AsTask());
        Assert.Equal(ProposalRefusal.BadTransferTarget, bad.Reason);
        cluster.LoseLeader();
        var none = await Assert.ThrowsAsync<ProposalRefusedException>(
            () => cluster[0].Replica.TransferLeadershipAsync(cluster[1].Id, CancellationToken.None).AsTask());
        Assert.Equal(ProposalRefusal.NoLeader, none.Reason);
    }

    [Fact]
    public async Task Whether_leadership_was_handed_over_is_not_known_where_the_answer_is_lost()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        cluster[2].Peers.LosesAnswers = true;
        var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(
            () => cluster[2].Replica.TransferLeadershipAsync(cluster[1].Id, CancellationToken.None).AsTask());
        Assert.Equal(UnknownReason.ConnectionLost, unknown.Reason);
        Assert.Equal(cluster[1].Id, cluster.Look().Leader);
    }

    [Fact]
    public async Task A_member_whose_folder_is_not_open_has_no_state_to_read_from()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        IReplica replica = cluster[0].Replica;
        Assert.Equal(replica.State.AppliedIndex, replica.ReadSerializable().AppliedIndex);

        cluster[0].Raft.Fault = "the vote file is damaged";
        var refused = Assert.Throws<ReadRefusedException>(() => replica.ReadSerializable());
        Assert.Equal((ReadRefusal.Closed, "this member serves nothing: the vote file is damaged"), (refused.Refusal, refused.Message));
    }

    [Fact]
    public async Task Who_waits_for_an_index_is_woken_by_it_or_by_the_token()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        var next = cluster[0].Core.Applier.AppliedIndex + 1;
        var waiting = cluster[0].Replica.WaitForAppliedAsync(next, CancellationToken.None).AsTask();
        using var impatient = new CancellationTokenSource();
        var never = cluster[0].Replica.WaitForAppliedAsync(next + 1_000_000, impatient.Token).AsTask();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        await waiting;
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }
}
