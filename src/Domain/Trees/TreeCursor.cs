namespace StateServer.Domain.Trees;

/// <summary>A place in one version of a tree, which moves in both directions. A struct: copies move apart from each other.</summary>
internal struct TreeCursor<TItem, TProbe>
    where TItem : struct, ITreeItem<TItem, TProbe>
{
    private readonly TreeNode<TItem, TProbe>? _root;
    private TreePath<TreeInner<TItem, TProbe>> _inners;
    private TreePath<int> _slots;
    private int _depth;
    private TreeNode<TItem, TProbe>? _leaf;
    private int _slot;

    public TreeCursor(TreeNode<TItem, TProbe>? root) => _root = root;

    /// <summary>False when it stands before the first or behind the last item.</summary>
    public readonly bool IsOnItem => _leaf is not null && (uint)_slot < (uint)_leaf.Count;

    /// <summary>The item it stands on.</summary>
    public readonly TItem Item => _leaf!.Items[_slot];

    public void ToFirst()
    {
        _depth = 0;
        Descend(_root, last: false);
    }

    public void ToLast()
    {
        _depth = 0;
        Descend(_root, last: true);
    }

    /// <summary>Goes to the first item that is not below the probe.</summary>
    public void Seek(in TProbe probe)
    {
        _depth = 0;
        var node = _root;
        while (node is TreeInner<TItem, TProbe> inner)
        {
            var slot = inner.ChildFor(probe);
            _inners[_depth] = inner;
            _slots[_depth++] = slot;
            node = inner.Child(slot);
        }

        _leaf = node;
        _slot = node?.LowerBound(probe, out _) ?? 0;
        if (node is not null && _slot == node.Count)
        {
            _slot--;
            MoveNext();
        }
    }

    public void MoveNext()
    {
        if (_leaf is null || ++_slot < _leaf.Count)
        {
            return;
        }

        for (var level = _depth - 1; level >= 0; level--)
        {
            if (_slots[level] + 1 < _inners[level].Count)
            {
                _slots[level]++;
                _depth = level + 1;
                Descend(_inners[level].Child(_slots[level]), last: false);
                return;
            }
        }

        _leaf = null;
    }

    public void MovePrevious()
    {
        if (_leaf is null || --_slot >= 0)
        {
            return;
        }

        for (var level = _depth - 1; level >= 0; level--)
        {
            if (_slots[level] > 0)
            {
                _slots[level]--;
                _depth = level + 1;
                Descend(_inners[level].Child(_slots[level]), last: true);
                return;
            }
        }

        _leaf = null;
    }

    private void Descend(TreeNode<TItem, TProbe>? node, bool last)
    {
        while (node is TreeInner<TItem, TProbe> inner)
        {
            var slot = last ? inner.Count - 1 : 0;
            _inners[_depth] = inner;
            _slots[_depth++] = slot;
            node = inner.Child(slot);
        }

        _leaf = node;
        _slot = last && node is not null ? node.Count - 1 : 0;
    }
}
