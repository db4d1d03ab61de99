using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Tests;

public sealed class SmallDiskTests
{
    [Fact]
    public void It_is_filled_to_the_last_block_and_freed()
    {
        Assert.SkipWhen(SmallDisk.Unavailable is not null, SmallDisk.Unavailable ?? "");
        string folder = Directory.CreateTempSubdirectory().FullName;
        SmallDisk.Mount(folder);
        try
        {
            Assert.False(SmallDisk.IsFull(folder));
            Assert.True(SmallDisk.Fill(folder) > 0);
            Assert.True(SmallDisk.IsFull(folder));
            Assert.True(SmallDisk.HasBallast(folder));
            Assert.Throws<IOException>(() => File.WriteAllBytes(Path.Combine(folder, "more"), new byte[4096]));
            SmallDisk.Free(folder);
            Assert.False(SmallDisk.HasBallast(folder));
            File.WriteAllBytes(Path.Combine(folder, "more"), new byte[4096]);
        }
        finally
        {
            SmallDisk.Unmount(folder);
            Directory.Delete(folder);
        }
    }
}
