using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Tests;

public sealed class FileDamageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly string _log;

    public FileDamageTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "log"));
        _log = Path.Combine(_folder, "log", "log-00000000000000000001.seg");
        var content = new byte[10_000];
        content.AsSpan(0, 1000).Fill(7);
        File.WriteAllBytes(_log, content);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_bit_or_the_end_goes_well_before_the_last_rounds_and_comes_back(bool cutOff)
    {
        byte[] before = File.ReadAllBytes(_log);
        for (int seed = 0; seed < 50; seed++)
        {
            FileDamage damage = FileDamage.Choose(_folder, DamagedPart.Log, new Random(seed))!;
            damage.Inflict(cutOff);
            byte[] after = File.ReadAllBytes(_log);
            int[] changed = [.. Enumerable.Range(0, after.Length).Where(i => after[i] != before[i])];
            if (cutOff)
            {
                Assert.InRange(after.Length, 0, 499);
                Assert.Empty(changed);
            }
            else
            {
                Assert.InRange(Assert.Single(changed), 0, 499);
                Assert.Equal(before.Length, after.Length);
            }

            damage.Undo();
            Assert.Equal(before, File.ReadAllBytes(_log));
        }
    }

    [Fact]
    public void Where_there_is_no_such_file_nothing_is_chosen()
    {
        Assert.Null(FileDamage.Choose(_folder, DamagedPart.Snapshot, new Random(1)));
        Assert.Null(FileDamage.Choose(_folder, DamagedPart.Vote, new Random(1)));
    }
}
