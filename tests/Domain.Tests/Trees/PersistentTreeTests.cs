using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Tests.Trees;

public sealed class PersistentTreeTests
{
    /// <summary>Batches of (number, add or remove): long enough for three levels, and for nodes to merge again.</summary>
    public static Arbitrary<(int Number, bool Add)[][]> Batches { get; } = Arb.From(
        Gen.Choose(0, 3000)
            .SelectMany(number => Gen.Frequency((3, Gen.Constant(true)), (2, Gen.Constant(false))), (number, add) => (number, add))
            .ArrayOf(700)
            .ArrayOf(12));

    [Property(MaxTest = 20)]
    public Property It_is_a_sorted_dictionary() => Prop.ForAll(Batches, batches =>
    {
        var expected = new SortedDictionary<int, string>();
        var tree = default(PersistentTree<Number, int>);
        for (var batch = 0; batch < batches.Length; batch++)
        {
            // Every fourth batch only removes, so that the tree shrinks to little.
            var builder = tree.ToBuilder();
            foreach (var (number, add) in batches[batch])
            {
                Change(builder, expected, number, add && batch % 4 != 3, $"{batch}");
            }

            tree = builder.ToPersistent();
            AssertSame(expected, tree);
        }
    });

    [Property(MaxTest = 10)]
    public Property Old_versions_never_change() => Prop.ForAll(Batches, batches =>
    {
        var expected = new SortedDictionary<int, string>();
        var tree = default(PersistentTree<Number, int>);
        var kept = new List<(SortedDictionary<int, string> Expected, PersistentTree<Number, int> Tree)>();
        foreach (var batch in batches)
        {
            // Two builders start from each version: neither may see the other's changes.
            var abandoned = tree.ToBuilder();
            var builder = tree.ToBuilder();
            var ignored = new SortedDictionary<int, string>(expected);
            foreach (var (number, add) in batch)
            {
                Change(builder, expected, number, add, "kept");
                Change(abandoned, ignored, number / 2, !add, "abandoned");
            }

            tree = builder.ToPersistent();
            kept.Add((new SortedDictionary<int, string>(expected), tree));
            kept.Add((ignored, abandoned.ToPersistent()));

            // The builder goes on behind the version it handed out.
            foreach (var (number, _) in batch)
            {
                Change(builder, new SortedDictionary<int, string>(), number, true, "later");
            }
        }

        foreach (var (then, version) in kept)
        {
            AssertSame(then, version);
        }
    });

    [Fact]
    public void Keys_in_order_fill_their_nodes_and_all_can_go_again()
    {
        var builder = default(PersistentTree<Number, int>).ToBuilder();
        for (var i = 0; i < 100_000; i++)
        {
            builder.Append(Item(i, string.Empty));
        }

        var full = builder.ToPersistent();
        Assert.Equal(100_000, full.Count);
        Assert.Equal(5, Depth(full.Root));
        for (var i = 0; i < 100_000; i++)
        {
            Assert.True(builder.Seek(i));
            builder.Remove();
        }

        Assert.Equal(0, builder.ToPersistent().Count);
        Assert.Null(builder.ToPersistent().Root);
        Assert.Equal(100_000, full.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Taking_from_either_end_keeps_the_rest_findable(bool fromFront)
    {
        var expected = new SortedDictionary<int, string>();
        var builder = default(PersistentTree<Number, int>).ToBuilder();
        for (var i = 0; i < 600; i++)
        {
            expected.Add(i, string.Empty);
            builder.Append(Item(i, string.Empty));
        }

        while (expected.Count > 0)
        {
            var number = fromFront ? expected.Keys.First() : expected.Keys.Last();
            Change(builder, expected, number, false, string.Empty);
            AssertSame(expected, builder.View);
        }
    }

    [Property(MaxTest = 60)]
    public Property Keys_of_any_bytes_are_in_byte_order() => Prop.ForAll(AwkwardKeys, texts =>
    {
        var builder = default(PersistentTree<VersionByKey, Key>).ToBuilder();
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var key = new Key(Encoding.Latin1.GetBytes(text));
            Assert.Equal(!expected.Add(text), builder.Seek(key));
            if (builder.View.Count < expected.Count)
            {
                builder.Insert(new VersionByKey(new KeyValue(key, default, default, default, 1, default)));
            }
        }

        var found = new List<string>();
        for (var cursor = builder.View.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            found.Add(Encoding.Latin1.GetString(cursor.Item.Version.Key.Span));
        }

        Assert.Equal(expected, found);
    });

    /// <summary>Long shared prefixes, prefixes of each other, zero and 0xFF bytes.</summary>
    private static Arbitrary<string[]> AwkwardKeys { get; } = Arb.From(
        Gen.Elements("", "/registry/pods/", "/registry/pods/default/", "\0", "\0\0\0\0\0\0\0\0\0", "\xff\xff")
            .SelectMany(
                prefix => Gen.Elements('\0', 'a', 'b', '\xff').ArrayOf().Select(letters => new string(letters)),
                (prefix, rest) => prefix + rest)
            .ArrayOf(120));

    private static Number Item(int number, string text) => new(new Number.Boxed(number, text));

    private static void Change(
        TreeBuilder<Number, int> builder,
        SortedDictionary<int, string> expected,
        int number,
        bool add,
        string text)
    {
        var found = builder.Seek(number);
        if (add)
        {
            expected[number] = text;
            if (found)
            {
                builder.Replace(Item(number, text));
            }
            else
            {
                builder.Insert(Item(number, text));
            }
        }
        else if (found)
        {
            expected.Remove(number);
            builder.Remove();
        }
    }

    private static void AssertSame(SortedDictionary<int, string> expected, PersistentTree<Number, int> tree)
    {
        Assert.Equal(expected.Count, tree.Count);
        AssertSound(tree.Root);
        var cursor = tree.AtFirst();
        long below = 0;
        foreach (var (number, text) in expected)
        {
            Assert.True(cursor.IsOnItem && cursor.Item == Item(number, text), $"not {number}");
            cursor.MoveNext();
            if (number % 7 == 0)
            {
                Assert.True(tree.CountBelow(number) == below, $"{number} is not the {below}th");
                Assert.True(tree.TryGet(number, out var found) && found.Value.Text == text, $"{number} is not found");
                Assert.True(tree.At(number).Item.Value.Order == number, $"no cursor gets to {number}");
            }

            below++;
        }

        Assert.False(cursor.IsOnItem);
        cursor = tree.AtLast();
        foreach (var (number, _) in expected.Reverse())
        {
            Assert.True(cursor.IsOnItem && cursor.Item.Value.Order == number, $"not {number}");
            cursor.MovePrevious();
        }

        Assert.False(cursor.IsOnItem);
        Assert.False(tree.TryGet(-1, out _));
        Assert.Equal(expected.Count, tree.CountBelow(int.MaxValue));
    }

    /// <summary>Every inner node knows its children's lowest items and sizes, and keeps no item that is gone.</summary>
    private static void AssertSound(TreeNode<Number, int>? node)
    {
        if (node is TreeInner<Number, int> inner)
        {
            for (var slot = 0; slot < inner.Count; slot++)
            {
                Assert.True(ReferenceEquals(inner.Child(slot).First.Value, inner.Items[slot].Value), "a stale lowest item");
                Assert.True(inner.Child(slot).Total == inner.Size(slot), "a wrong size");
                Assert.True(inner.Child(slot).Count > 0, "an empty child");
                AssertSound(inner.Child(slot));
            }
        }
    }

    private static int Depth(TreeNode<Number, int>? node) =>
        node is TreeInner<Number, int> inner ? 1 + Depth(inner.Child(0)) : 1;
}
