using System.Security.Cryptography;
using StateServer.Consensus.Snapshots;
using StateServer.Consensus.Tests.Codec;
using StateServer.Consensus.Tests.Log;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Snapshots;

/// <summary>A state to a client's file and back; no damage to the file goes unnoticed.</summary>
public sealed class SavedSnapshotTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "a.snap");

    [Fact]
    public void A_saved_state_is_read_back_whole()
    {
        var state = Samples.State();
        byte[] bytes = Export(state);
        Assert.Equal(32, bytes.Length % 512);
        var read = Read(bytes);
        Assert.Equal((new ClusterId(42), (long)bytes.Length, state.Digest), (read.Cluster, read.FileBytes, read.State.Digest));
        Assert.Equal((state.AppliedIndex, state.Keyspace.Revision), (read.State.AppliedIndex, read.State.Keyspace.Revision));
        Assert.Equal(ReplicatedState.Empty.Digest, Read(Export(ReplicatedState.Empty)).State.Digest);
    }

    [Fact]
    public void Each_flipped_bit_and_each_cut_is_refused()
    {
        byte[] bytes = Export(Samples.State());
        int step = Math.Max(1, bytes.Length / 500);
        for (int i = 0; i < bytes.Length; i += i < 64 || i > bytes.Length - 80 ? 1 : step)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= (byte)(1 << (i % 8));
            Refused(damaged);
            Refused(bytes[..i]);
        }

        Refused([.. bytes, 0]);
        Refused([.. bytes, .. new byte[512]]);
    }

    /// <summary>What the SHA-256 can't tell: it was made over the damage.</summary>
    [Fact]
    public void Damage_below_a_right_checksum_is_refused_too()
    {
        byte[] bytes = Export(Samples.State());
        int step = Math.Max(1, bytes.Length / 300);
        for (int i = 0; i < bytes.Length - 32; i += step)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 1;
            SHA256.HashData(damaged.AsSpan()[..^32]).CopyTo(damaged.AsSpan()[^32..]);
            Refused(damaged);
        }

        byte[] stranger = new byte[1024 + 32];
        SHA256.HashData(stranger.AsSpan()[..^32]).CopyTo(stranger.AsSpan()[^32..]);
        Assert.Contains("is no snapshot that this executable can read", Refused(stranger), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_appears_whole_or_not_at_all()
    {
        byte[] bytes = Export(Samples.State());
        File.WriteAllText(FilePath, "older");
        using (var file = new SavedSnapshotFile(FilePath))
        {
            file.Append(bytes.AsSpan(0, 700));
            Assert.Throws<SavedSnapshotException>(file.Commit);
        }

        using (var file = new SavedSnapshotFile(FilePath))
        {
            file.Append(bytes);
        }

        Assert.Equal("older", File.ReadAllText(FilePath));
        Assert.Single(Directory.GetFiles(_folder.Path));

        using (var file = new SavedSnapshotFile(FilePath))
        {
            file.Append(bytes.AsSpan(0, 700));
            file.Append(bytes.AsSpan(700));
            file.Commit();
            Assert.Equal(bytes.Length, file.Bytes);
        }

        Assert.Equal(bytes, File.ReadAllBytes(FilePath));
        Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(FilePath).UnixFileMode);
        Assert.Throws<IOException>(() => new SavedSnapshotFile(_folder.Path));
        var nowhere = Assert.Throws<IOException>(() => new SavedSnapshotFile(Path.Combine(_folder.Path, "no", "where")));
        Assert.Contains($"there is no folder {Path.Combine(_folder.Path, "no")}", nowhere.Message, StringComparison.Ordinal);
    }

    /// <summary>As a killed save leaves one, where the next has its process id, as in a container; opened by somebody meanwhile.</summary>
    [Fact]
    public void An_older_file_under_the_passing_name_is_not_written_to()
    {
        string passing = $"{FilePath}.partial-{Environment.ProcessId}";
        File.WriteAllText(passing, "");
        using var spy = new FileStream(passing, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using (var file = new SavedSnapshotFile(FilePath))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(passing).UnixFileMode);
            file.Append(Export(Samples.State()));
            file.Commit();
        }

        Assert.Equal(0, spy.Length);
        SavedSnapshot.Verify(FilePath);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Export(ReplicatedState state)
    {
        var export = SnapshotExport.Of(new ClusterId(42), state);
        using var stream = new MemoryStream();
        byte[] sha = export.Write(stream);
        Assert.Equal(export.Bytes, stream.Length);
        return [.. stream.ToArray(), .. sha];
    }

    private SavedSnapshot Read(byte[] bytes)
    {
        File.WriteAllBytes(FilePath, bytes);
        return SavedSnapshot.Read(FilePath);
    }

    private string Refused(byte[] bytes)
    {
        var refusal = Assert.Throws<SavedSnapshotException>(() => Read(bytes));
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Contains(FilePath, refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}
