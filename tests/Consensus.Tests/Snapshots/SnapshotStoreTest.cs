using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Tests.Log;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Snapshots;

public sealed class SnapshotStoreTest
{
    private const string Folder = "/d/snapshots";
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public void The_newest_is_found_after_a_restart_with_its_configuration_and_older_ones_are_gone()
    {
        SnapshotStore store = Open(_disk);
        Assert.Null(store.Newest);
        Write(store, 10, 1000);
        SnapshotInfo second = Write(store, 20, 700_000);
        Assert.Equal(700_000, second.ContentBytes);
        store = Open(_disk);
        Assert.Equal(new EntryPosition(20, 2), store.Newest!.Position);
        Assert.Equal((second.FileBytes, second.Checksum, 15), (store.Newest.FileBytes, store.Newest.Checksum, store.Newest.ConfigurationIndex));
        Assert.Equal([7, 8, 9], store.Newest.Configuration.ToArray());
        using Stream content = store.Open(store.Newest);
        Assert.Equal(State(20, 700_000), ReadAll(content));
        Assert.Single(_disk.Files(Folder));
    }

    [Fact]
    public void A_crash_at_any_step_leaves_the_older_or_the_newer_one_whole()
    {
        for (int step = 0; ; step++)
        {
            var disk = new SimulatedDisk();
            SnapshotStore store = Open(disk);
            Write(store, 10, 1000);
            disk.StepsToCrash = step;
            bool done = true;
            try
            {
                Write(store, 20, 600_000);
            }
            catch (PowerLossException)
            {
                done = false;
            }

            var random = new Random(step);
            disk.Crash(() => random.Next(2) == 0, most => random.Next(most + 1));
            store = Open(disk);
            SnapshotInfo newest = store.Newest!;
            Assert.Contains(newest.Index, done ? new long[] { 20 } : [10, 20]);
            using Stream content = store.Open(newest);
            Assert.Equal(State(newest.Index, newest.Index == 10 ? 1000 : 600_000), ReadAll(content));
            Assert.Single(disk.Files(Folder));
            if (done)
            {
                return;
            }
        }
    }

    [Fact]
    public void Any_flipped_bit_and_any_truncation_is_an_error_that_names_the_file()
    {
        SnapshotInfo info = Write(Open(_disk), 10, 300);
        byte[] whole = [.. _disk.ContentOf(info.Path)];
        for (int offset = 0; offset < whole.Length; offset++)
        {
            whole[offset] ^= 0x20;
            AssertDamaged(info.Path, whole);
            whole[offset] ^= 0x20;
            AssertDamaged(info.Path, whole[..offset]);
        }
    }

    [Fact]
    public void A_full_disk_fails_one_cleanly_and_the_next_one_succeeds()
    {
        SnapshotStore store = Open(_disk);
        Write(store, 10, 1000);
        _disk.Capacity = _disk.Used + 300_000;
        Assert.Throws<DiskFullException>(() => Write(store, 20, 900_000));
        Assert.Single(_disk.Files(Folder));
        Assert.Equal(10, store.Newest!.Index);
        Assert.Throws<DiskFullException>(() => store.BeginReceive(new EntryPosition(30, 3), 400_000, 1));
        Assert.Single(_disk.Files(Folder));
        _disk.Capacity = long.MaxValue;
        Assert.Equal(20, Write(store, 20, 900_000).Index);
    }

    [Fact]
    public void A_disk_that_says_only_at_the_sync_that_it_is_full_fails_one_cleanly_too()
    {
        SnapshotStore store = Open(_disk);
        Write(store, 10, 1000);
        _disk.FullAtSync = "staged-";
        Assert.Throws<DiskFullException>(() => Write(store, 20, 1000));
        Assert.Null(_disk.FullAtSync);
        Assert.Empty(_disk.Ends);
        Assert.Single(_disk.Files(Folder));
        Assert.Equal(20, Write(store, 20, 1000).Index);
    }

    [Fact]
    public void One_given_up_leaves_nothing_behind_and_only_one_is_written_at_a_time()
    {
        SnapshotStore store = Open(_disk);
        using (SnapshotWriter writer = store.Begin(new EntryPosition(5, 1), default, 0))
        {
            writer.Write(new byte[500_000]);
            Assert.Throws<InvalidOperationException>(() => store.Begin(new EntryPosition(6, 1), default, 0));
        }

        Assert.Empty(_disk.Files(Folder));
        Write(store, 6, 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(65_536)]
    public void A_received_one_is_the_sent_one(int chunkBytes)
    {
        (byte[] sent, SnapshotInfo info) = Sent(3000);
        SnapshotStore store = Open(_disk);
        using SnapshotReceiver receiver = store.BeginReceive(info.Position, sent.Length, info.Checksum);
        for (int offset = 0; offset < sent.Length; offset += chunkBytes)
        {
            Assert.Null(store.Newest);
            receiver.Write(offset, sent.AsSpan(offset, Math.Min(chunkBytes, sent.Length - offset)));
        }

        receiver.Verify();
        Assert.Null(store.Newest);
        SnapshotInfo installed = receiver.Install();
        Assert.Equal(info.Checksum, installed.Checksum);
        Assert.Equal(sent, _disk.ContentOf(installed.Path));
        using Stream content = Open(_disk).Open(installed);
        Assert.Equal(State(40, 3000), ReadAll(content));
    }

    [Fact]
    public void A_half_received_or_changed_one_is_never_installed()
    {
        (byte[] sent, SnapshotInfo info) = Sent(3000);
        SnapshotStore store = Open(_disk);
        Write(store, 10, 50);
        SnapshotReceiver half = store.BeginReceive(info.Position, sent.Length, info.Checksum);
        half.Write(0, sent.AsSpan(0, 2000));
        Assert.Contains("2000 bytes came of", Assert.Throws<SnapshotRefusedException>(() => half.Install()).Message);
        Assert.Throws<SnapshotRefusedException>(() => half.Write(1999, sent.AsSpan(1999, 1)));
        Assert.Throws<SnapshotRefusedException>(() => half.Write(2000, new byte[sent.Length]));
        for (int offset = 0; offset < sent.Length; offset += 13)
        {
            sent[offset] ^= 1;
            using SnapshotReceiver changed = store.BeginReceive(info.Position, sent.Length, info.Checksum);
            changed.Write(0, sent);
            Exception? error = Record.Exception(changed.Verify);
            Assert.True(error is SnapshotRefusedException or LogDamagedException, $"byte {offset}: {error}");
            sent[offset] ^= 1;
        }

        using SnapshotReceiver other = store.BeginReceive(new EntryPosition(41, 2), sent.Length, info.Checksum);
        other.Write(0, sent);
        Assert.Throws<SnapshotRefusedException>(() => other.Install());
        other.Dispose();
        Assert.Equal(10, store.Newest!.Index);
        Assert.Single(_disk.Files(Folder));
    }

    [Fact]
    public void An_older_one_never_replaces_a_newer_one()
    {
        (byte[] sent, SnapshotInfo info) = Sent(100);
        SnapshotStore store = Open(_disk);
        Write(store, 50, 50);
        using SnapshotReceiver receiver = store.BeginReceive(info.Position, sent.Length, info.Checksum);
        receiver.Write(0, sent);
        Assert.Equal(50, receiver.Install().Index);
        Assert.Equal(50, Open(_disk).Newest!.Index);
        Assert.Single(_disk.Files(Folder));
    }

    [Fact]
    public void One_of_another_cluster_is_refused()
    {
        Write(Open(_disk), 10, 10);
        var error = Assert.Throws<LogDamagedException>(
            () => SnapshotStore.Open(Folder, new SnapshotStoreOptions { Cluster = new ClusterId(2), Disk = _disk }));
        Assert.Contains("belongs to cluster 1, and this is cluster 2", error.Message);
    }

    private static (byte[] File, SnapshotInfo Info) Sent(int bytes)
    {
        var disk = new SimulatedDisk();
        SnapshotStore leader = Open(disk);
        SnapshotInfo info = Write(leader, 40, bytes);
        using Stream file = leader.OpenFile(info);
        return (ReadAll(file), info);
    }

    private static SnapshotInfo Write(SnapshotStore store, long index, int bytes)
    {
        using SnapshotWriter writer = store.Begin(new EntryPosition(index, 2), new byte[] { 7, 8, 9 }, 15);
        byte[] state = State(index, bytes);
        for (int offset = 0; offset < bytes; offset += 1234)
        {
            writer.Write(state, offset, Math.Min(1234, bytes - offset));
        }

        return writer.Commit();
    }

    private static byte[] State(long index, int bytes)
    {
        byte[] state = new byte[bytes];
        new Random((int)index).NextBytes(state);
        return state;
    }

    private static byte[] ReadAll(Stream content)
    {
        using var all = new MemoryStream();
        content.CopyTo(all);
        return all.ToArray();
    }

    private void AssertDamaged(string path, byte[] content)
    {
        SimulatedDisk disk = _disk.Copy();
        disk.Replace(path, [.. content]);
        var error = Assert.Throws<LogDamagedException>(() =>
        {
            SnapshotStore store = Open(disk);
            store.Open(store.Newest!).Dispose();
        });
        Assert.Equal(path, error.File);
    }

    private static SnapshotStore Open(SimulatedDisk disk) =>
        SnapshotStore.Open(Folder, new SnapshotStoreOptions { Cluster = new ClusterId(1), Disk = disk });
}
