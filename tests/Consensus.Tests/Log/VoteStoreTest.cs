using StateServer.Consensus.Log;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Log;

public sealed class VoteStoreTest
{
    private const string Path = "/d/vote";
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public void What_was_saved_survives_every_crash_that_follows()
    {
        for (int step = 0; step < 12; step++)
        {
            var disk = new SimulatedDisk();
            VoteStore.Create(Path, disk);
            VoteStore votes = VoteStore.Open(Path, disk);
            Vote saved = votes.Current;
            disk.StepsToCrash = step;
            var attempted = new List<Vote> { saved };
            try
            {
                for (int term = 1; ; term++)
                {
                    attempted.Add(new Vote(term, new NodeId((ulong)(term % 3))));
                    votes.Save(term, new NodeId((ulong)(term % 3)));
                    saved = votes.Current;
                }
            }
            catch (PowerLossException)
            {
            }

            for (int keep = 0; keep < 2; keep++)
            {
                var random = new Random(step + keep);
                disk.Crash(() => random.Next(2) == 0, most => most);
                Assert.Contains(VoteStore.Open(Path, disk).Current, attempted[^2..]);
                Assert.True(VoteStore.Open(Path, disk).Term >= saved.Term);
            }
        }
    }

    [Fact]
    public void Any_flipped_bit_and_any_truncation_is_an_error_that_names_the_file()
    {
        VoteStore votes = VoteStore.Create(Path, _disk);
        votes.Save(7, new NodeId(5));
        byte[] whole = [.. _disk.ContentOf(Path)];
        for (int offset = 0; offset < whole.Length; offset++)
        {
            byte[] damaged = [.. whole];
            damaged[offset] ^= (byte)(1 << (offset % 8));
            AssertDamaged(damaged);
        }

        for (int length = 0; length < whole.Length; length += 17)
        {
            AssertDamaged(whole[..length]);
        }

        AssertDamaged(new byte[whole.Length]);
        _disk.Delete(Path);
        Assert.Contains("missing", Assert.Throws<LogDamagedException>(() => VoteStore.Open(Path, _disk)).Message);
    }

    [Fact]
    public void Saving_needs_no_space()
    {
        VoteStore votes = VoteStore.Create(Path, _disk);
        _disk.Capacity = 0;
        votes.Save(3, new NodeId(1));
        Assert.Equal(new Vote(3, new NodeId(1)), VoteStore.Open(Path, _disk).Current);
    }

    [Fact]
    public void A_second_vote_in_one_term_and_a_lower_term_are_bugs()
    {
        VoteStore votes = VoteStore.Create(Path, _disk);
        votes.Save(3, default);
        votes.Save(3, new NodeId(1));
        votes.Save(3, new NodeId(1));
        Assert.Throws<InvalidOperationException>(() => votes.Save(3, new NodeId(2)));
        Assert.Throws<InvalidOperationException>(() => votes.Save(3, default));
        Assert.Throws<InvalidOperationException>(() => votes.Save(2, new NodeId(1)));
        votes.Save(4, new NodeId(2));
        Assert.Equal((4, new NodeId(2)), (votes.Term, votes.VotedFor));
    }

    private void AssertDamaged(byte[] content)
    {
        SimulatedDisk disk = _disk.Copy();
        disk.Replace(Path, content);
        Assert.Equal(Path, Assert.Throws<LogDamagedException>(() => VoteStore.Open(Path, disk)).File);
    }
}
