using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Tests;

public sealed class ForgetfulDiskTests
{
    /// <summary>One page of the file that is all growth.</summary>
    private const int NeverSyncedSectors = 8;

    [Fact]
    public async Task What_was_synced_stays_and_what_was_not_goes()
    {
        Assert.SkipWhen(ForgetfulDisk.Unavailable is not null, ForgetfulDisk.Unavailable ?? "");
        string folder = Directory.CreateTempSubdirectory().FullName;
        string mounted = Path.Combine(folder, "disk");
        using (RunClaim claim = RunClaim.Take(Path.Combine(folder, "claims")))
        using (ForgetfulDisk disk = await ForgetfulDisk.MountAsync(Path.Combine(folder, "backing"), mounted, 3, claim))
        {
            string synced = Path.Combine(mounted, "synced");
            ExternalTool.Run("dd", "if=/dev/urandom", $"of={synced}", "bs=4096", "count=20", "conv=fdatasync");
            byte[] durable = await File.ReadAllBytesAsync(synced);
            ExternalTool.Run("dd", "if=/dev/zero", $"of={synced}", "bs=4096", "count=20", "conv=notrunc");
            await File.WriteAllTextAsync(Path.Combine(mounted, "never-synced"), "gone");
            Assert.Equal("gone", await File.ReadAllTextAsync(Path.Combine(mounted, "never-synced")));

            int forgotten = await disk.LosePowerAsync();

            byte[] left = await File.ReadAllBytesAsync(synced);
            bool[] keptSectors = [.. left.Chunk(512).Zip(durable.Chunk(512), (now, before) => now.SequenceEqual(before))];
            Assert.All(left.Chunk(512).Zip(keptSectors), s => Assert.True(s.Second || s.First.All(b => b == 0), "a sector is neither old nor new"));
            Assert.InRange(keptSectors.Count(k => k), 40, 120);
            Assert.Equal(keptSectors.Count(k => k) + NeverSyncedSectors, forgotten);
            Assert.Empty(await File.ReadAllBytesAsync(Path.Combine(mounted, "never-synced")));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_file_that_was_given_back_outlives_a_power_loss(bool cutOff)
    {
        Assert.SkipWhen(ForgetfulDisk.Unavailable is not null, ForgetfulDisk.Unavailable ?? "");
        string folder = Directory.CreateTempSubdirectory().FullName;
        string mounted = Path.Combine(folder, "disk");
        using (RunClaim claim = RunClaim.Take(Path.Combine(folder, "claims")))
        using (ForgetfulDisk disk = await ForgetfulDisk.MountAsync(Path.Combine(folder, "backing"), mounted, 3, claim))
        {
            string vote = Path.Combine(mounted, "vote");
            ExternalTool.Run("dd", "if=/dev/urandom", $"of={vote}", "bs=4096", "count=2", "conv=fdatasync");
            byte[] durable = await File.ReadAllBytesAsync(vote);
            FileDamage damage = FileDamage.Choose(mounted, DamagedPart.Vote, new Random(1))!;
            damage.Inflict(cutOff);
            damage.Undo();
            await disk.LosePowerAsync();
            Assert.Equal(durable, await File.ReadAllBytesAsync(vote));
        }

        Directory.Delete(folder, recursive: true);
    }
}
