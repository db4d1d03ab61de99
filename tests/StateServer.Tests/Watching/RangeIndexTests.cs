using FsCheck.Xunit;
using StateServer.Domain.Keyspace;
using StateServer.Watching;

namespace StateServer.StateServer.Tests.Watching;

public sealed class RangeIndexTests
{
    [Property(MaxTest = 300)]
    public void It_finds_what_a_look_at_every_range_finds(int seed)
    {
        var chance = new Random(seed);
        var index = new RangeIndex();
        var all = new Dictionary<KeyRange, WatchTarget>();
        for (var step = 0; step < 200; step++)
        {
            var range = RangeOf(chance);
            if (all.Remove(range))
            {
                index.Remove(range);
            }
            else
            {
                var target = new WatchTarget(range);
                all.Add(range, target);
                Assert.Null(index.Find(range));
                index.Add(target);
                Assert.Same(target, index.Find(range));
            }

            var key = KeyOf(chance);
            var found = new List<WatchTarget>();
            index.Collect(key, found);
            Assert.Equal(all.Values.Where(target => target.Range.Contains(key)).ToHashSet(), found.ToHashSet());
            Assert.Equal(found.Count, found.Distinct().Count());
        }

        Assert.Equal(all.Count, index.Count);
        Assert.Equal(all.Values.ToHashSet(), index.All().ToHashSet());
    }

    [Fact]
    public void What_is_not_there_can_not_be_removed() =>
        Assert.Throws<InvalidOperationException>(() => new RangeIndex().Remove(new KeyRange(new([1]), new([2]))));

    private static Key KeyOf(Random chance)
    {
        var bytes = new byte[chance.Next(1, 4)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)chance.Next(0, 6);
        }

        return new Key(bytes);
    }

    private static KeyRange RangeOf(Random chance)
    {
        var (one, other) = (KeyOf(chance), KeyOf(chance));
        if (chance.Next(8) == 0)
        {
            return new KeyRange(one, new Key([0]));
        }

        return one < other ? new KeyRange(one, other) : new KeyRange(other, new Key([.. one.Span, 1]));
    }
}
