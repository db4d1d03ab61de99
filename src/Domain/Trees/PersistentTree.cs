namespace StateServer.Domain.Trees;

/// <summary>
/// An immutable ordered map: a B+tree with subtree counts, whose versions share all nodes that did not change (path copying:
/// Driscoll, Sarnak, Sleator and Tarjan, "Making data structures persistent", 1989). Nodes carry the number of the edit that
/// made them, so that one batch of changes copies each node at most once (the transients of Clojure's vectors). Each node
/// keeps its keys' bytes behind their common prefix as one 64-bit number (prefix truncation and poor man's normalized keys:
/// Graefe, "Modern B-tree techniques", 2011), which decides most comparisons without touching a key. Thread-safe.
/// </summary>
/// <param name="Root">The root; null for the empty tree.</param>
/// <param name="Edit">The highest edit number in any node.</param>
/// <remarks>
/// Two builders of the same tree use the same edit number, and still never change each other's nodes: a node made by one is
/// reachable only from trees that it handed out, and a builder of such a tree has a higher number.
/// </remarks>
internal readonly record struct PersistentTree<TItem, TProbe>(TreeNode<TItem, TProbe>? Root, long Edit)
    where TItem : struct, ITreeItem<TItem, TProbe>
{
    /// <summary>How many items there are.</summary>
    public long Count => Root?.Total ?? 0;

    /// <summary>Finds the item that equals the probe.</summary>
    public bool TryGet(in TProbe probe, out TItem item)
    {
        var node = Root;
        while (node is TreeInner<TItem, TProbe> inner)
        {
            node = inner.Child(inner.ChildFor(probe));
        }

        if (node is not null)
        {
            var slot = node.LowerBound(probe, out var found);
            if (found)
            {
                item = node.Items[slot];
                return true;
            }
        }

        item = default;
        return false;
    }

    /// <summary>How many items are below the probe.</summary>
    public long CountBelow(in TProbe probe)
    {
        long below = 0;
        var node = Root;
        while (node is TreeInner<TItem, TProbe> inner)
        {
            var slot = inner.ChildFor(probe);
            below += inner.SizeBefore(slot);
            node = inner.Child(slot);
        }

        return node is null ? 0 : below + node.LowerBound(probe, out _);
    }

    /// <summary>A cursor on the first item.</summary>
    public TreeCursor<TItem, TProbe> AtFirst()
    {
        var cursor = new TreeCursor<TItem, TProbe>(Root);
        cursor.ToFirst();
        return cursor;
    }

    /// <summary>A cursor on the last item.</summary>
    public TreeCursor<TItem, TProbe> AtLast()
    {
        var cursor = new TreeCursor<TItem, TProbe>(Root);
        cursor.ToLast();
        return cursor;
    }

    /// <summary>A cursor on the first item that is not below the probe.</summary>
    public TreeCursor<TItem, TProbe> At(in TProbe probe)
    {
        var cursor = new TreeCursor<TItem, TProbe>(Root);
        cursor.Seek(probe);
        return cursor;
    }

    /// <summary>Starts a batch of changes.</summary>
    public TreeBuilder<TItem, TProbe> ToBuilder() => new(Root, Edit + 1);
}
