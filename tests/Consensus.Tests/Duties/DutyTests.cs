using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Duties;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Duties;

public sealed class DutyTests
{
    [Fact]
    public async Task Every_member_registers_itself_and_again_when_it_changed()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        var record = cluster[0].Replica.State.Members[cluster[2].Id];
        Assert.Equal(("m3", "zone-3", "127.0.0.1:3", 103UL), (record.Name, record.Zone.Name, record.PeerAddress, record.Folder.Value));

        var changed = record with { PeerAddress = "127.0.0.1:4003" };
        await cluster[0].Replica.ProposeAsync(new RegisterMemberCommand(changed));
        await Eventually.IsTrueAsync(
            () => cluster[0].Replica.State.Members[cluster[2].Id].PeerAddress == "127.0.0.1:3", "the member put its record right");
        Assert.Equal(record.JoinedAt, cluster[0].Replica.State.Members[cluster[2].Id].JoinedAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_member_whose_state_differs_stops_serving_and_the_others_go_on(int corrupt)
    {
        await using var cluster = await FakeCluster.StartAsync(3, configure: options => options with { DigestEveryEntries = 10 });
        await cluster.RegisteredAsync();
        cluster[corrupt].Raft.Tamper = Falsify;
        await cluster[1].Replica.ProposeAsync(Commands.Put("k", "genuine"));
        await Eventually.IsTrueAsync(() => cluster[corrupt].Replica.State.VersionOf("k") == 1, "all have applied it");
        cluster[corrupt].Raft.Tamper = null;
        for (var i = 0; i < 20; i++)
        {
            await cluster[1].Replica.ProposeAsync(Commands.Put($"more{i}"));
        }

        await Eventually.IsTrueAsync(
            () => cluster[corrupt].Replica.State.Alarms.Contains((cluster[corrupt].Id, AlarmKind.Corrupt)), "the alarm is raised");
        var refused = await Assert.ThrowsAsync<ProposalRefusedException>(() => cluster[corrupt].Replica.ProposeAsync(Commands.Put("x")));
        Assert.Equal(ProposalRefusal.Corrupt, refused.Reason);
        var read = await Assert.ThrowsAsync<ReadRefusedException>(
            () => cluster[corrupt].Replica.ReadLinearizableAsync(CancellationToken.None).AsTask());
        Assert.Equal(ReadRefusal.Corrupt, read.Refusal);

        // At the newest index the third member may not have said anything yet: then nobody can tell who is right there.
        await Eventually.IsTrueAsync(() => cluster[corrupt].Replica.Status.Unhealthy?.Contains("corrupt", StringComparison.Ordinal) ?? false, "it says so");
        await Eventually.IsTrueAsync(() => cluster.Look().Leader != cluster[corrupt].Id, "another leads");
        Assert.IsType<PutOutcome>(await cluster[1].Replica.ProposeAsync(Commands.Put("after")));
        Assert.Null(cluster[1].Replica.Status.Unhealthy);
        Assert.Contains("corrupt", cluster[corrupt].Raft.Unfit, StringComparison.Ordinal);
        Assert.Null(cluster[1].Raft.Unfit);
    }

    [Fact]
    public async Task A_full_disk_refuses_what_grows_hands_over_and_heals_without_a_restart()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        cluster[0].Disk.FreeBytes = 1000;
        await Eventually.IsTrueAsync(() => cluster[1].Replica.State.Alarms.Contains((cluster[0].Id, AlarmKind.NoSpace)), "the alarm is raised");
        await Eventually.IsTrueAsync(() => cluster.Look().Leader != cluster[0].Id, "one with room leads");
        Assert.IsType<PutOutcome>(await cluster[0].Replica.ProposeAsync(Commands.Put("k")));

        cluster[0].Disk.FreeBytes = 1L << 40;
        await Eventually.IsTrueAsync(() => cluster[1].Replica.State.Alarms.IsEmpty, "the alarm is cleared");
    }

    [Fact]
    public async Task With_a_majority_of_disks_full_deletes_still_go_and_puts_do_not()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        cluster.Members.ForEach(member => member.Raft.SpaceShortage = "the log's disk is full");
        await Eventually.IsTrueAsync(() => cluster.Members.All(member => member.Replica.State.Alarms.Count == 3), "every member has applied the alarms");
        foreach (var member in cluster.Members)
        {
            var e = await Assert.ThrowsAsync<ProposalRefusedException>(() => member.Replica.ProposeAsync(Commands.Put("x")));
            Assert.Equal(ProposalRefusal.NoSpace, e.Reason);
            await member.Replica.ReadLinearizableAsync(CancellationToken.None);
        }

        Assert.IsType<DeleteRangeOutcome>(await cluster[2].Replica.ProposeAsync(Commands.Delete("k")));
        cluster.Members.ForEach(member => member.Raft.SpaceShortage = null);
        await Eventually.IsTrueAsync(() => cluster.Members.All(member => member.Replica.State.Alarms.IsEmpty), "every member has applied that they are cleared");
        Assert.IsType<PutOutcome>(await cluster[2].Replica.ProposeAsync(Commands.Put("k")));
    }

    [Fact]
    public async Task Snapshots_are_written_while_entries_are_applied_and_restore_the_same_state()
    {
        await using var cluster = await FakeCluster.StartAsync(1, configure: options => options with { SnapshotEntries = 20 });
        await cluster.RegisteredAsync();
        cluster[0].Snapshots.Open.Reset();
        await PutAsync(cluster, 30);
        await Eventually.IsTrueAsync(() => cluster[0].Snapshots.Attempts == 1, "a snapshot is begun");
        await PutAsync(cluster, 30);
        Assert.Equal(0, cluster[0].Snapshots.NewestIndex);
        cluster[0].Snapshots.Open.Set();
        await Eventually.IsTrueAsync(() => cluster[0].Snapshots.NewestIndex >= 60, "the next one follows");

        var point = cluster[0].Snapshots.Position;
        var restored = StateSnapshotCodec.Read(new MemoryStream(cluster[0].Snapshots.Content));
        var replayed = ReplicatedState.Empty;
        for (var index = 1L; index <= point.Index; index++)
        {
            var (_, payload, voters) = cluster.Committed(index)!.Value;
            if (payload.Length > 0)
            {
                replayed = StateMachine.Apply(replayed, index, 1, BatchCodec.Decode(payload)).State;
            }
            else if (!voters.IsDefault)
            {
                replayed = StateMachine.ApplyVoters(replayed, index, [.. voters]).State;
            }
        }

        Assert.Equal(replayed.Digest, restored.Digest);
    }

    [Fact]
    public async Task No_snapshot_is_tried_before_the_folder_is_open()
    {
        await using var cluster = await FakeCluster.StartAsync(1);
        await cluster.RegisteredAsync();
        var sink = new FakeSnapshotSink { IsOpen = false };
        var duty = new SnapshotDuty(
            cluster[0].Options with { SnapshotEntries = 1 }, cluster[0].Core.Applier, sink, TimeProvider.System, NullLogger.Instance);
        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(0, sink.Attempts);
        sink.IsOpen = true;
        await duty.PerformAsync(CancellationToken.None);
        Assert.Equal(1, sink.Attempts);
    }

    [Fact]
    public async Task A_snapshot_that_fails_is_tried_again()
    {
        await using var cluster = await FakeCluster.StartAsync(1, configure: options => options with { SnapshotEntries = 5 });
        cluster[0].Snapshots.Failures = 1;
        await PutAsync(cluster, 10);
        await Eventually.IsTrueAsync(() => cluster[0].Snapshots.NewestIndex > 0, "the second attempt succeeds");
        Assert.True(cluster[0].Snapshots.Attempts >= 2);
        await Eventually.IsTrueAsync(
            () => cluster[0].Raft.Status.DiskBytes + cluster[0].Snapshots.Content.Length == cluster[0].Replica.Status.DiskBytes,
            "the status counts the newest snapshot");
    }

    [Fact]
    public async Task A_snapshot_taken_over_replaces_the_state_and_wakes_who_waits()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        await cluster.RegisteredAsync();
        cluster[1].Raft.Paused = true;
        await PutAsync(cluster, 30);
        var (_, _, last, _) = cluster.Look();
        var waiting = cluster[1].Replica.WaitForAppliedAsync(last, CancellationToken.None).AsTask();
        using var content = new MemoryStream();
        await Eventually.IsTrueAsync(() => cluster[0].Core.Applier.AppliedIndex == last, "the leader has applied all");
        StateSnapshotCodec.Write(content, cluster[0].Replica.State);
        content.Position = 0;
        cluster[1].Core.Applier.Restore(last, 1, content);
        await waiting;
        Assert.Equal(cluster[0].Replica.State.Digest, cluster[1].Replica.State.Digest);
    }

    [Fact]
    public async Task Compacted_history_is_trimmed_away()
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        for (var i = 0; i < 200; i++)
        {
            await cluster[0].Replica.ProposeAsync(Commands.Put("k", new string('x', 100)));
        }

        var size = cluster[0].Replica.State.Keyspace.SizeBytes;
        await cluster[0].Replica.ProposeAsync(new CompactCommand(cluster[0].Replica.State.Keyspace.Revision));
        await Eventually.IsTrueAsync(() => !cluster[0].Replica.State.Keyspace.HasHistoryToTrim, "all is trimmed");
        Assert.True(cluster[0].Replica.State.Keyspace.SizeBytes < size / 10);
    }

    [Fact]
    public async Task An_entry_of_a_newer_executable_ends_the_member_and_names_both_versions()
    {
        await using var cluster = await FakeCluster.StartAsync(1);

        // Nothing is being applied any more that the member proposed for itself.
        await cluster.RegisteredAsync();
        var applier = cluster[0].Core.Applier;
        cluster[0].Raft.Paused = true;
        var before = applier.Point;
        var e = Assert.Throws<UnknownFormatException>(
            () => applier.Apply([new CommittedEntry(before.Index + 1, before.Term, new byte[] { BatchCodec.FormatVersion + 1 })]));
        Assert.Contains((BatchCodec.FormatVersion + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), e.Message, StringComparison.Ordinal);
        Assert.Same(before, applier.Point);
    }

    [Fact]
    public async Task A_duty_survives_what_it_throws()
    {
        var runs = 0;
        using var stop = new CancellationTokenSource();
        var loop = new DutyLoop("test", TimeSpan.FromMilliseconds(1), _ => ++runs % 2 == 0 ? default : throw new InvalidOperationException("no"), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var running = loop.RunAsync(stop.Token);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref runs) > 5, "it goes on");
        await stop.CancelAsync();
        await running;
    }

    private static byte[] Falsify(byte[] payload)
    {
        var batch = BatchCodec.Decode(payload);
        var written = new System.Buffers.ArrayBufferWriter<byte>();
        BatchCodec.EncodeHeader(written, batch.FeatureLevel, batch.TimestampMilliseconds, batch.Items.Length);
        foreach (var item in batch.Items)
        {
            BatchCodec.EncodeItem(written, item.Command is KeyspaceCommand ? item with { Command = Commands.Put("k", "false") } : item);
        }

        return written.WrittenSpan.ToArray();
    }

    private static async Task PutAsync(FakeCluster cluster, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await cluster[0].Replica.ProposeAsync(Commands.Put($"k{i % 7}", $"v{i}"));
        }
    }
}
