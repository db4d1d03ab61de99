using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Log;

public sealed class IdentityStoreTest
{
    private const string Path = "/d/identity";
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public void It_keeps_what_it_is_told()
    {
        IdentityStore store = Create();
        Assert.False(store.Current.Folder.IsNone);
        Assert.False(IdentityStore.Open(Path, _disk).Current.IsComplete);
        store.Complete();
        Assert.True(store.Pin(new NodeId(9), new FolderId(90)));
        Assert.True(store.Pin(new NodeId(9), new FolderId(90)));
        Assert.False(store.Pin(new NodeId(9), new FolderId(91)));
        store.KeepFirstConfiguration([1, 2, 3]);
        store.Retire("removed by an operator");
        store.Retire("again");
        _disk.Crash(() => false, _ => 0);
        FolderIdentity found = IdentityStore.Open(Path, _disk).Current;
        Assert.Equal(store.Current.Folder, found.Folder);
        Assert.Equal((new ClusterId(1), new NodeId(2), true), (found.Cluster, found.Node, found.IsComplete));
        Assert.Equal(new FolderId(90), found.Pins[new NodeId(9)]);
        Assert.Equal([1, 2, 3], found.FirstConfiguration);
        Assert.Equal("removed by an operator", found.RetiredReason);
    }

    [Fact]
    public void Any_flipped_bit_and_any_truncation_is_an_error_that_names_the_file()
    {
        Create().Retire("x");
        byte[] whole = [.. _disk.ContentOf(Path)];
        for (int offset = 0; offset < whole.Length; offset++)
        {
            whole[offset] ^= 4;
            AssertDamaged(whole);
            whole[offset] ^= 4;
            AssertDamaged(whole[..offset]);
        }
    }

    [Fact]
    public void What_the_log_tells_is_noted_in_one_write_and_never_taken_back()
    {
        IdentityStore store = Create();
        store.Pin(new NodeId(9), new FolderId(90));
        Assert.Equal(1, _disk.ContentOf(Path)[16]);
        Assert.True(store.Note([new(new NodeId(9), new FolderId(91)), new(new NodeId(8), new FolderId(80))], []));
        Assert.Equal(1, _disk.ContentOf(Path)[16]);
        Assert.True(store.Note([], [new NodeId(9), new NodeId(7)]));
        Assert.Equal(2, _disk.ContentOf(Path)[16]);
        Assert.True(store.Note([new(new NodeId(7), new FolderId(70))], []));
        FolderIdentity found = IdentityStore.Open(Path, _disk).Current;
        Assert.Equal([new NodeId(7), new NodeId(9)], found.Removed);
        Assert.Equal([new NodeId(8)], found.Pins.Keys);
        Assert.Equal(new FolderId(80), found.Pins[new NodeId(8)]);
    }

    [Fact]
    public void Past_its_limits_it_notes_what_fits_and_says_so()
    {
        IdentityStore store = Create();
        NodeId[] many = [.. Enumerable.Range(1, IdentityStore.MaxRemoved + 2).Select(id => new NodeId((ulong)id))];
        Assert.True(store.Note([], many[..^2]));
        Assert.False(store.Note([], many));
        Assert.Equal(IdentityStore.MaxRemoved, IdentityStore.Open(Path, _disk).Current.Removed.Count);
        KeyValuePair<NodeId, FolderId>[] folders =
            [.. Enumerable.Range(100_000, IdentityStore.MaxPins + 1).Select(id => KeyValuePair.Create(new NodeId((ulong)id), new FolderId(1)))];
        Assert.False(store.Note(folders, []));
        Assert.Equal(IdentityStore.MaxPins, IdentityStore.Open(Path, _disk).Current.Pins.Count);
    }

    [Fact]
    public void A_full_disk_changes_nothing()
    {
        IdentityStore store = Create();
        _disk.Capacity = _disk.Used;
        Assert.Throws<DiskFullException>(() => store.Pin(new NodeId(9), new FolderId(90)));
        Assert.Empty(store.Current.Pins);
        Assert.Empty(IdentityStore.Open(Path, _disk).Current.Pins);
        Assert.Equal(["identity"], _disk.Files("/d"));
    }

    [Fact]
    public void A_crash_at_any_step_leaves_the_old_one_or_the_new_one()
    {
        for (int step = 0; step < 6; step++)
        {
            var disk = new SimulatedDisk();
            IdentityStore store = IdentityStore.Create(Path, new ClusterId(1), new NodeId(2), disk);
            disk.StepsToCrash = step;
            bool done = true;
            try
            {
                store.Complete();
            }
            catch (PowerLossException)
            {
                done = false;
            }

            var random = new Random(step);
            disk.Crash(() => random.Next(2) == 0, most => random.Next(most + 1));
            FolderIdentity found = IdentityStore.Open(Path, disk).Current;
            Assert.Equal(store.Current.Folder, found.Folder);
            Assert.True(found.IsComplete || !done);
        }
    }

    [Fact]
    public void Pins_are_bounded()
    {
        IdentityStore store = Create();
        for (ulong peer = 1; peer <= IdentityStore.MaxPins; peer++)
        {
            Assert.True(store.Pin(new NodeId(peer), new FolderId(peer)));
        }

        Assert.Throws<InvalidOperationException>(() => store.Pin(new NodeId(99999), new FolderId(1)));
    }

    private IdentityStore Create() => IdentityStore.Create(Path, new ClusterId(1), new NodeId(2), _disk);

    private void AssertDamaged(byte[] content)
    {
        SimulatedDisk disk = _disk.Copy();
        disk.Replace(Path, [.. content]);
        Assert.Equal(Path, Assert.Throws<LogDamagedException>(() => IdentityStore.Open(Path, disk)).File);
    }
}
