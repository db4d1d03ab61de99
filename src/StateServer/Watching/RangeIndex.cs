using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <summary>
/// Finds the ranges that hold a key: a tree ordered by start, in which each node knows the furthest end below it (the
/// interval tree of Cormen, Leiserson, Rivest and Stein, "Introduction to Algorithms", 14.3), kept in balance by chance
/// (Seidel and Aragon, "Randomized search trees", 1996). Changes take logarithmic time, a search that and what it finds.
/// Not thread-safe.
/// </summary>
internal sealed class RangeIndex
{
    private Node? _root;
    private uint _chance = 2_463_534_242;

    /// <summary>How many ranges there are.</summary>
    public int Count { get; private set; }

    /// <summary>The target of a range, or null.</summary>
    public WatchTarget? Find(KeyRange range)
    {
        for (var at = _root; at is not null;)
        {
            var order = Compare(range, at.Target.Range);
            if (order == 0)
            {
                return at.Target;
            }

            at = order < 0 ? at.Left : at.Right;
        }

        return null;
    }

    /// <summary>Adds the target of a range that has none yet.</summary>
    public void Add(WatchTarget target)
    {
        _root = Insert(_root, new Node(target, NextPriority()));
        Count++;
    }

    /// <summary>Removes the target of a range.</summary>
    public void Remove(KeyRange range)
    {
        _root = Remove(_root, range);
        Count--;
    }

    /// <summary>Adds to <paramref name="found"/> the targets whose ranges hold the key.</summary>
    public void Collect(Key key, List<WatchTarget> found) => Collect(_root, key, found);

    /// <summary>Every target, in the order of the ranges.</summary>
    public IEnumerable<WatchTarget> All()
    {
        var path = new Stack<Node>();
        for (var at = _root; at is not null || path.Count > 0;)
        {
            for (; at is not null; at = at.Left)
            {
                path.Push(at);
            }

            at = path.Pop();
            yield return at.Target;
            at = at.Right;
        }
    }

    private static void Collect(Node? at, Key key, List<WatchTarget> found)
    {
        while (at is not null && EndsAfter(at.FurthestEnd, key))
        {
            Collect(at.Left, key, found);
            if (key < at.Target.Range.Start)
            {
                return;
            }

            if (at.Target.Range.Contains(key))
            {
                found.Add(at.Target);
            }

            at = at.Right;
        }
    }

    private static Node Insert(Node? at, Node added)
    {
        if (at is null)
        {
            return added;
        }

        if (added.Priority > at.Priority)
        {
            (added.Left, added.Right) = Split(at, added.Target.Range);
            added.Renew();
            return added;
        }

        if (Compare(added.Target.Range, at.Target.Range) < 0)
        {
            at.Left = Insert(at.Left, added);
        }
        else
        {
            at.Right = Insert(at.Right, added);
        }

        at.Renew();
        return at;
    }

    private static (Node? Below, Node? Above) Split(Node? at, KeyRange range)
    {
        if (at is null)
        {
            return (null, null);
        }

        if (Compare(range, at.Target.Range) < 0)
        {
            (var below, at.Left) = Split(at.Left, range);
            at.Renew();
            return (below, at);
        }

        (at.Right, var above) = Split(at.Right, range);
        at.Renew();
        return (at, above);
    }

    private static Node? Remove(Node? at, KeyRange range)
    {
        if (at is null)
        {
            throw new InvalidOperationException($"the range from {range.Start} to {range.End} is not in the index");
        }

        var order = Compare(range, at.Target.Range);
        if (order == 0)
        {
            return Merge(at.Left, at.Right);
        }

        if (order < 0)
        {
            at.Left = Remove(at.Left, range);
        }
        else
        {
            at.Right = Remove(at.Right, range);
        }

        at.Renew();
        return at;
    }

    private static Node? Merge(Node? below, Node? above)
    {
        if (below is null || above is null)
        {
            return below ?? above;
        }

        if (below.Priority > above.Priority)
        {
            below.Right = Merge(below.Right, above);
            below.Renew();
            return below;
        }

        above.Left = Merge(below, above.Left);
        above.Renew();
        return above;
    }

    private static int Compare(KeyRange one, KeyRange other)
    {
        var order = one.Start.CompareTo(other.Start);
        return order != 0 ? order : one.End.CompareTo(other.End);
    }

    private static bool IsOpen(Key end) => end.Length == 1 && end.Span[0] == 0;

    private static bool EndsAfter(Key end, Key key) => IsOpen(end) || end > key;

    private static Key Further(Key one, Key other) => IsOpen(one) || (!IsOpen(other) && one > other) ? one : other;

    /// <summary>Marsaglia's xorshift: any sequence without a pattern would do.</summary>
    private uint NextPriority()
    {
        _chance ^= _chance << 13;
        _chance ^= _chance >> 17;
        _chance ^= _chance << 5;
        return _chance;
    }

    private sealed class Node(WatchTarget target, uint priority)
    {
        public WatchTarget Target { get; } = target;

        public uint Priority { get; } = priority;

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public Key FurthestEnd { get; private set; } = target.Range.End;

        public void Renew()
        {
            var end = Target.Range.End;
            end = Left is null ? end : Further(end, Left.FurthestEnd);
            FurthestEnd = Right is null ? end : Further(end, Right.FurthestEnd);
        }
    }
}
