using System.Text;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Tests.Raft;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;
using Answer = StateServer.Protos.Peer.AppendReply.Types.Answer;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>What the library gets wrong at its edges, mended at ours. ADR 0031 has the table.</summary>
public sealed class LibraryTest
{
    [Fact]
    public async Task The_librarys_own_count_commits_nothing()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        stage.Part([1], [2, 3]);
        var committed = leader.Log.CommitIndex;
        var b = leader.Append("b");
        Assert.Equal(0, await ((IAuditTrail)leader.Door).CommitAsync(b.Index));
        leader.Log.StopLeading(b.Term);
        Assert.Equal(0, await ((IAuditTrail)leader.Door).CommitAsync(b.Index));
        Assert.Equal(committed, leader.Log.CommitIndex);
    }

    /// <summary>
    /// A leader that an append made a follower again, and that is elected anew when its timer runs out, lives in flows of control
    /// that the append's handler began: what that append verified must mean nothing there any more.
    /// </summary>
    [Fact]
    public async Task What_an_append_verified_means_nothing_to_the_leader_that_its_follower_becomes()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], TimeSpan.FromMilliseconds(50));
        var member = await stage.ElectAsync(2);
        stage.Part([1], [2, 3]);
        ElectionTimer.Milliseconds(member.Cluster) = 200;
        var (door, log) = (member.Door, member.Log);
        var counted = new List<(long Term, long Added)>();
        member.Cluster.Changed += () =>
        {
            if (log.Leads)
            {
                lock (counted)
                {
                    counted.Add((log.Term, ((IAuditTrail)door).CommitAsync(log.LastIndex).AsTask().Result));
                }
            }
        };
        var (index, term) = (member.Log.LastIndex, member.Log.Term);
        Assert.Equal(Answer.ReplicatedWithLeaderTerm, (await Send(member, term + 1, index, term, commit: 0, term + 1, term + 1)).Answer);
        await TestCluster.EventuallyAsync(
            () => member.Cluster.IsLeader && member.Log.Leadership.Index <= member.Applier.AppliedIndex,
            () => $"it was not elected again: term {member.Log.Term}");
        lock (counted)
        {
            Assert.Contains(counted, item => item.Term > term + 1);
            Assert.DoesNotContain(counted, item => item.Added > 0);
        }
    }

    [Fact]
    public async Task A_follower_commits_no_more_than_the_append_verified()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var follower = stage[2];
        Assert.Equal(Answer.ReplicatedWithLeaderTerm, (await Send(follower, 1, 0, 0, 0, 1, 1, 1)).Answer);
        var reply = await Send(follower, 1, 1, 1, commit: 9, 1);
        Assert.Equal((Answer.ReplicatedWithLeaderTerm, 2), (reply.Answer, reply.LastIndex));
        Assert.Equal(2, follower.Log.CommitIndex);
        Assert.Equal(3, follower.Log.LastIndex);
    }

    [Fact]
    public async Task Replicated_with_the_leaders_term_is_said_of_the_last_entry_alone()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var follower = stage[2];
        Assert.Equal(Answer.ReplicatedWithLeaderTerm, (await Send(follower, 5, 0, 0, 0, 5)).Answer);

        // The library's detector remembers that one, and says it of this one too.
        Assert.Equal(Answer.Replicated, (await Send(follower, 8, 1, 5, 0, 5)).Answer);
        Assert.Equal(Answer.Replicated, (await Send(follower, 8, 2, 5, 0)).Answer);
        Assert.Equal(Answer.ReplicatedWithLeaderTerm, (await Send(follower, 8, 2, 5, 0, 8)).Answer);
        Assert.Equal(Answer.ReplicatedWithLeaderTerm, (await Send(follower, 8, 3, 8, 0)).Answer);
    }

    [Fact]
    public async Task An_answer_carries_the_term_after_the_update()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        Assert.Equal(7, (await Send(stage[2], 7, 0, 0, 0)).Term);
        var vote = await stage[3].Cluster.VoteAsync(
            new(1), new() { Term = 9, LastIndex = 0, LastTerm = 0, Transfer = true }, CancellationToken.None);
        Assert.Equal((9, true), (vote.Term, vote.Granted));
    }

    [Fact]
    public async Task A_leader_that_is_told_where_the_logs_part_needs_one_step_back()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var follower = stage[2];
        await Send(follower, 1, 0, 0, commit: 2, 1, 1, 1, 1, 1);
        var reply = await Send(follower, 3, 5, 2, commit: 0);
        Assert.Equal((Answer.Rejected, 2), (reply.Answer, reply.LastIndex));
        reply = await Send(follower, 3, 9, 2, commit: 0);
        Assert.Equal((Answer.Rejected, 5), (reply.Answer, reply.LastIndex));
    }

    [Fact]
    public async Task An_installed_snapshot_is_never_counted_as_replicated_in_the_leaders_term()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        using var peer = new RemotePeer(
            Stage.Named(2), stage[1].Cluster, stage[1].Log, new SnapshotLink(), StagedMember.Options(new(1)));
        var installed = await peer.InstallSnapshotAsync(4, new SnapshotEntry(4), 10, null!, 0, CancellationToken.None);
        Assert.Equal(HeartbeatResult.Replicated, installed.Value);
    }

    [Fact]
    public void Lease_and_automatic_removal_are_off_and_slow_followers_may_lag()
    {
        var configuration = new MemberConfiguration(StagedMember.Options(new(1)));
        Assert.False(configuration.IsLeaderLeaseEnabled);
        Assert.False(configuration.Standby);
        Assert.True(configuration.MaxReplicationLag >= 1024);
        Assert.Equal(20, configuration.HeartbeatThreshold * configuration.ElectionTimeout.LowerValue, 0.001);
    }

    [Fact]
    public async Task Nobody_is_removed_for_being_silent_and_there_is_no_lease()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        Assert.Null(leader.Cluster.FailureDetectorFactory);
        Assert.False(leader.Cluster.TryGetLeaseToken(out _));
    }

    /// <summary>
    /// The library's voters stick to a leader until their own timer, drawn up to twice as long, has run out: then the last one
    /// whose timer runs out is elected, and not the first.
    /// </summary>
    [Fact]
    public async Task A_voter_sticks_to_its_leader_for_the_lowest_timeout_and_no_longer()
    {
        var question = new VoteRequest { Term = 5, LastIndex = 9, LastTerm = 9 };
        await using (var patient = await Stage.SetAsync([1, 2, 3]))
        {
            await Send(patient[2], 5, 0, 0, 0);
            var sticking = patient[2].Cluster;
            Assert.Equal(PreVoteReply.Types.Answer.RejectedByFollower, (await sticking.PreVoteAsync(question, CancellationToken.None)).Answer);
            Assert.False((await sticking.VoteAsync(new(3), new() { Term = 6, LastIndex = 9, LastTerm = 9 }, CancellationToken.None)).Granted);
        }

        await using var stage = await Stage.SetAsync([1, 2, 3], TimeSpan.FromMilliseconds(300));
        var voter = stage[2].Cluster;
        ElectionTimer.Milliseconds(voter) = int.MaxValue;
        await Send(stage[2], 5, 0, 0, 0);
        var begin = TimeProvider.System.GetTimestamp();
        while ((await voter.PreVoteAsync(question, CancellationToken.None)).Answer != PreVoteReply.Types.Answer.Accepted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < TimeSpan.FromSeconds(30), "it sticks to a leader that is gone");
            await Task.Delay(10);
        }

        Assert.True((await voter.VoteAsync(new(3), new() { Term = 6, LastIndex = 9, LastTerm = 9 }, CancellationToken.None)).Granted);
        Assert.Equal(int.MaxValue, ElectionTimer.Milliseconds(voter));
    }

    /// <summary>No timer runs out here for an hour, and everybody has just heard from the leader: only the hand-over can elect the heir.</summary>
    [Fact]
    public async Task A_hand_over_elects_the_heir_in_the_next_term_at_once()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var options = StagedMember.Options(new(1)) with { ElectionTimeoutHigh = TimeSpan.FromSeconds(20) };
        var leader = await stage.ElectAsync(1);
        for (var i = 0; i < 4; i++)
        {
            var term = leader.Log.Term;
            var heir = stage[(leader.Id.Value % 3) + 1];
            await leader.HearsAsync(heir);
            using var transfer = new LeadershipTransfer(leader.Id, leader.Cluster, leader.Log, options, TimeProvider.System);
            await transfer.HandOverAsync(heir.Id, CancellationToken.None);
            await TestCluster.EventuallyAsync(() => heir.Cluster.IsLeader, () => $"{heir.Id} does not lead");
            Assert.Equal(term + 1, heir.Log.Term);
            Assert.False(leader.Cluster.IsLeader);
            leader = heir;
            await heir.AppliesAsync(heir.Log.Leadership.Index);
        }
    }

    /// <summary>The two private things of the library that a hand-over needs; pinned with its version.</summary>
    [Fact]
    public async Task The_librarys_election_timer_is_where_we_look_for_it()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        Assert.Equal(TimeSpan.FromMilliseconds(ElectionTimer.Milliseconds(stage[1].Cluster)), stage[1].Cluster.ElectionTimeout);
        ElectionTimer.Milliseconds(stage[1].Cluster) = 123;
        Assert.Equal(TimeSpan.FromMilliseconds(123), stage[1].Cluster.ElectionTimeout);
    }

    [Fact]
    public async Task Appends_are_bounded_by_bytes_and_say_whether_more_is_behind()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        for (var i = 0; i < 10; i++)
        {
            leader.Log.Append(leader.Log.Leadership.Term, RecordKind.Command, new byte[30_000]);
        }

        var batch = await ((IAuditTrail<IRaftLogEntry>)leader.Door).ReadAsync(new BatchReader(), 2, 2);
        Assert.Equal((2, true), (batch.Count, batch.More));
        batch = await ((IAuditTrail<IRaftLogEntry>)leader.Door).ReadAsync(new BatchReader(), 10, 10);
        Assert.Equal((2, false), (batch.Count, batch.More));
        await stage[3].HasAsync(11);
    }

    [Fact]
    public async Task An_exception_of_the_applier_ends_the_process()
    {
        await using var stage = await Stage.SetAsync([1]);
        await TestCluster.EventuallyAsync(() => stage[1].Cluster.IsLeader, () => "a single voter leads");
        stage[1].Applier.Fails = true;
        stage[1].Append("x");
        await TestCluster.EventuallyAsync(() => stage[1].End.Line is not null, () => "it goes on");
        Assert.Contains("can't be applied", stage[1].End.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_voter_restarts_in_a_new_term()
    {
        await using var stage = await Stage.SetAsync([1]);
        await TestCluster.EventuallyAsync(() => stage[1].Cluster.IsLeader, () => "a single voter leads");
        await stage[1].AppliesAsync(stage[1].Append("x").Index);
        var term = stage[1].Log.Term;
        await stage[1].RestartAsync();
        await TestCluster.EventuallyAsync(() => stage[1].Cluster.IsLeader, () => "a single voter leads");
        Assert.True(stage[1].Log.Term > term);
        await stage[1].AppliesAsync(stage[1].Append("y").Index);
        Assert.Equal(["x", "y"], stage[1].Applier.Commands);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_came_in_part_or_changed_is_not_installed(bool changed)
    {
        using var folder = new TemporaryFolder();
        using var source = SnapshotStore.Open(folder.File("source"), new() { Cluster = new(11) });
        using (var writer = source.Begin(new(5, 1), Stage.Configuration(1, 2, 3).Encode(), 0))
        {
            writer.Write(Encoding.UTF8.GetBytes(new string('x', 100_000)));
            writer.Commit();
        }

        var info = source.Newest!;
        var file = await File.ReadAllBytesAsync(info.Path);
        if (changed)
        {
            file[50_000] ^= 1;
        }

        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var follower = stage[2];
        var header = new SnapshotHeader { Term = 1, Index = 5, EntryTerm = 1, Length = info.FileBytes, Checksum = info.Checksum };
        var chunks = new List<SnapshotChunk> { new() { Header = header } };
        for (var offset = 0; offset < (changed ? file.Length : file.Length / 2); offset += 10_000)
        {
            var bytes = file.AsSpan(offset, Math.Min(10_000, file.Length - offset));
            chunks.Add(new() { Offset = offset, Data = ByteString.CopyFrom(bytes) });
        }

        await Assert.ThrowsAsync<RpcException>(
            () => follower.Installer.ReceiveAsync(new NodeId(1), new ListReader(chunks), CancellationToken.None));
        Assert.Equal(0, follower.Applier.AppliedIndex);
        Assert.Null(follower.Snapshots.Newest);
        Assert.Equal((0, 0), (follower.Log.LastIndex, follower.Log.CommitIndex));
    }

    private static ValueTask<AppendReply> Send(
        StagedMember to, long term, long previousIndex, long previousTerm, long commit, params long[] terms)
    {
        var request = new AppendRequest { Term = term, PreviousIndex = previousIndex, PreviousTerm = previousTerm, CommitIndex = commit };
        request.Entries.AddRange(terms.Select(
            entry => new Entry { Term = entry, Kind = (int)RecordKind.Command, Payload = ByteString.CopyFromUtf8($"t{entry}") }));
        return to.Cluster.AppendAsync(new(1), request, CancellationToken.None);
    }

    private sealed class BatchReader : ILogEntryConsumer<IRaftLogEntry, EntryBatch>
    {
        ValueTask<EntryBatch> ILogEntryConsumer<IRaftLogEntry, EntryBatch>.ReadAsync<TEntry, TList>(
            TList entries, long? snapshotIndex, CancellationToken token) => new((EntryBatch)(object)entries);
    }

    private sealed class ListReader(List<SnapshotChunk> chunks) : IAsyncStreamReader<SnapshotChunk>
    {
        private int _next = -1;

        public SnapshotChunk Current => chunks[_next];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(++_next < chunks.Count);
    }
}
