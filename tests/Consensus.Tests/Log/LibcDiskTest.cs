using System.Diagnostics.CodeAnalysis;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Tests.Log;

/// <summary>The real disk's faults, as far as the kernel gives them without help: devices that can't sync, and one that is full.</summary>
public sealed class LibcDiskTest
{
    [Fact]
    public void A_failed_sync_ends_the_process_and_names_file_and_errno()
    {
        using IDiskFile file = new LibcDisk(new Observer()).Open("/dev/null");
        var end = Assert.Throws<EndedException>(file.Sync);
        Assert.Contains("fdatasync of /dev/null failed", end.Message);
        Assert.Contains("errno 22", end.Message);
    }

    [Fact]
    public void A_failed_sync_of_a_draft_ends_the_process_too_unless_it_is_for_want_of_space()
    {
        using IDiskFile file = new LibcDisk(new Observer()).Open("/dev/null");
        Assert.Contains("errno 22", Assert.Throws<EndedException>(file.SyncDraft).Message);
    }

    [Fact]
    public void A_failed_sync_of_a_folder_ends_the_process()
    {
        var end = Assert.Throws<EndedException>(() => new LibcDisk(new Observer()).SyncFolder("/nowhere/at/all"));
        Assert.Contains("/nowhere/at/all", end.Message);
        Assert.Contains("errno 2", end.Message);
    }

    [Fact]
    public void A_write_without_space_is_told_apart()
    {
        using IDiskFile file = LibcDisk.Instance.Open("/dev/full");
        Assert.Contains("errno 28", Assert.Throws<DiskFullException>(() => file.Write([1, 2, 3], 0)).Message);
    }

    [Fact]
    public void Files_and_folders_do_what_their_names_say()
    {
        using var folder = new TemporaryFolder();
        LibcDisk disk = LibcDisk.Instance;
        using (IDiskFile file = disk.Create(folder.File("b")))
        {
            file.Reserve(10_000);
            file.Write([1, 2, 3], 9_999);
            file.Sync();
            file.ForgetCache();
            byte[] read = new byte[5];
            Assert.Equal(3, file.Read(read, 9_999));
            Assert.Equal([1, 2, 3, 0, 0], read);
            Assert.Equal(10_002, file.Length);
        }

        disk.Create(folder.File("a")).Dispose();
        disk.Rename(folder.File("a"), folder.File("c"));
        disk.SyncFolder(folder.Path);
        Assert.Equal(["b", "c"], disk.Files(folder.Path));
        disk.Delete(folder.File("c"));
        disk.Delete(folder.File("c"));
        Assert.False(disk.Exists(folder.File("c")));
        Assert.Throws<IOException>(() => disk.Rename(folder.File("no"), folder.File("c")));
    }

    private sealed class Observer : IProcessEnd
    {
        [DoesNotReturn]
        public void End(string line) => throw new EndedException(line);
    }

    private sealed class EndedException(string line) : Exception(line);
}
