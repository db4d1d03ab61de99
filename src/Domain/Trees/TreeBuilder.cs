namespace StateServer.Domain.Trees;

/// <summary>
/// A batch of changes to a tree: it copies each node at most once and then changes its own copy. Seek first, then look,
/// replace, insert or remove at that place. Not thread-safe; the tree it came from is never changed.
/// </summary>
internal sealed class TreeBuilder<TItem, TProbe>
    where TItem : struct, ITreeItem<TItem, TProbe>
{
    private TreeNode<TItem, TProbe>? _root;
    private long _edit;
    private TreePath<TreeInner<TItem, TProbe>> _inners;
    private TreePath<int> _slots;
    private int _depth;
    private TreeNode<TItem, TProbe>? _leaf;
    private int _slot;
    private bool _found;

    public TreeBuilder(TreeNode<TItem, TProbe>? root, long edit)
    {
        _root = root;
        _edit = edit;
    }

    /// <summary>The tree as it is now, for reading only: the next change may change its nodes.</summary>
    public PersistentTree<TItem, TProbe> View => new(_root, _edit);

    /// <summary>The item that the last seek found.</summary>
    public TItem Found => _leaf!.Items[_slot];

    /// <summary>The tree as it is now, for ever: later changes copy again.</summary>
    public PersistentTree<TItem, TProbe> ToPersistent() => new(_root, _edit++);

    /// <summary>Goes to the probe's place; true when an item equals it.</summary>
    public bool Seek(in TProbe probe)
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
        _slot = 0;
        _found = false;
        if (node is not null)
        {
            _slot = node.LowerBound(probe, out _found);
        }

        return _found;
    }

    /// <summary>Puts an item in the place of the one found, which it equals.</summary>
    public void Replace(TItem item)
    {
        if (!_found)
        {
            throw new InvalidOperationException("nothing was found that could be replaced");
        }

        OwnPath();
        _leaf!.ReplaceItem(_slot, item);
        if (_slot == 0)
        {
            PassFirstUp(item);
        }
    }

    /// <summary>Puts an item at the place that the last seek for it found empty.</summary>
    public void Insert(TItem item)
    {
        if (_found)
        {
            throw new InvalidOperationException("an equal item is there already");
        }

        if (_leaf is null)
        {
            _root = new TreeNode<TItem, TProbe> { Edit = _edit };
            _root.InsertItem(0, item);
            _depth = 0;
            return;
        }

        OwnPath();
        var right = InsertInLeaf(item);
        for (var level = _depth - 1; level >= 0; level--)
        {
            right = InsertInInner(_inners[level], _slots[level], right);
        }

        if (right is not null)
        {
            var root = new TreeInner<TItem, TProbe> { Edit = _edit };
            root.InsertChild(0, _root!);
            root.InsertChild(1, right);
            _root = root;
        }

        _leaf = null;
    }

    /// <summary>Puts an item behind all others; it must order after them.</summary>
    public void Append(TItem item)
    {
        _depth = 0;
        var node = _root;
        while (node is TreeInner<TItem, TProbe> inner)
        {
            _inners[_depth] = inner;
            _slots[_depth++] = inner.Count - 1;
            node = inner.Child(inner.Count - 1);
        }

        _leaf = node;
        _slot = node?.Count ?? 0;
        _found = false;
        Insert(item);
    }

    /// <summary>Takes out the item found.</summary>
    public void Remove()
    {
        if (!_found)
        {
            throw new InvalidOperationException("nothing was found that could be removed");
        }

        OwnPath();
        _leaf!.RemoveSlot(_slot);
        TreeNode<TItem, TProbe> child = _leaf;
        for (var level = _depth - 1; level >= 0; level--)
        {
            Shrink(_inners[level], _slots[level], child);
            child = _inners[level];
        }

        while (_root is TreeInner<TItem, TProbe> { Count: 1 } only)
        {
            _root = only.Child(0);
        }

        if (_root!.Count == 0)
        {
            _root = null;
        }

        _leaf = null;
        _found = false;
    }

    private void OwnPath()
    {
        TreeInner<TItem, TProbe>? parent = null;
        for (var level = 0; level < _depth; level++)
        {
            if (_inners[level].Edit != _edit)
            {
                _inners[level] = (TreeInner<TItem, TProbe>)_inners[level].CopyFor(_edit);
                Attach(parent, level - 1, _inners[level]);
            }

            parent = _inners[level];
        }

        if (_leaf!.Edit != _edit)
        {
            _leaf = _leaf.CopyFor(_edit);
            Attach(parent, _depth - 1, _leaf);
        }
    }

    private void Attach(TreeInner<TItem, TProbe>? parent, int level, TreeNode<TItem, TProbe> node)
    {
        if (parent is null)
        {
            _root = node;
        }
        else
        {
            parent.SwapChild(_slots[level], node);
        }
    }

    private void PassFirstUp(TItem item)
    {
        for (var level = _depth - 1; level >= 0; level--)
        {
            _inners[level].ReplaceItem(_slots[level], item);
            if (_slots[level] != 0)
            {
                return;
            }
        }
    }

    private TreeNode<TItem, TProbe>? InsertInLeaf(TItem item)
    {
        if (!_leaf!.IsFull)
        {
            _leaf.InsertItem(_slot, item);
            return null;
        }

        var right = Split(_leaf, _slot);
        if (_slot > _leaf.Count || right.Count == 0)
        {
            right.InsertItem(_slot - _leaf.Count, item);
        }
        else
        {
            _leaf.InsertItem(_slot, item);
        }

        return right;
    }

    /// <summary>Accounts for an insertion below a child, and takes in the node that it split off, if it did.</summary>
    private TreeNode<TItem, TProbe>? InsertInInner(
        TreeInner<TItem, TProbe> inner,
        int slot,
        TreeNode<TItem, TProbe>? split)
    {
        if (split is null)
        {
            inner.AddToSize(slot, 1);
            if (_slot == 0)
            {
                inner.SetItem(slot, inner.Child(slot).First);
            }

            return null;
        }

        inner.Refresh(slot);
        if (!inner.IsFull)
        {
            inner.InsertChild(slot + 1, split);
            return null;
        }

        var right = (TreeInner<TItem, TProbe>)Split(inner, slot + 1);
        if (slot + 1 > inner.Count || right.Count == 0)
        {
            right.InsertChild(slot + 1 - inner.Count, split);
        }
        else
        {
            inner.InsertChild(slot + 1, split);
        }

        return right;
    }

    /// <summary>
    /// Splits a full node: in the middle, but behind its end where the new slot comes last, so that keys which arrive in order
    /// fill their nodes.
    /// </summary>
    private TreeNode<TItem, TProbe> Split(TreeNode<TItem, TProbe> node, int slot)
    {
        var right = node.EmptyLike(_edit);
        if (slot < node.Count)
        {
            node.MoveTail(node.Count / 2, right);
        }

        return right;
    }

    /// <summary>Accounts for a removal below a child, which may now be too small to stay by itself.</summary>
    private void Shrink(TreeInner<TItem, TProbe> inner, int slot, TreeNode<TItem, TProbe> child)
    {
        if (child.Count == 0)
        {
            inner.RemoveSlot(slot);
            return;
        }

        if (child.Count >= TreeNode<TItem, TProbe>.LowCount || inner.Count == 1)
        {
            inner.Refresh(slot);
            return;
        }

        var left = slot > 0 ? slot - 1 : slot;
        Balance(inner, left);
    }

    /// <summary>Merges a child with its right neighbour, or shares their slots evenly where one node can't hold them all.</summary>
    private void Balance(TreeInner<TItem, TProbe> inner, int left)
    {
        var low = Own(inner, left);
        var high = Own(inner, left + 1);
        var together = low.Count + high.Count;
        if (together <= TreeNode<TItem, TProbe>.Capacity)
        {
            low.TakeHead(high.Count, high);
            inner.RemoveSlot(left + 1);
        }
        else if (low.Count < high.Count)
        {
            low.TakeHead((together / 2) - low.Count, high);
            inner.Refresh(left + 1);
        }
        else
        {
            low.MoveTail(together / 2, high);
            inner.Refresh(left + 1);
        }

        inner.Refresh(left);
    }

    private TreeNode<TItem, TProbe> Own(TreeInner<TItem, TProbe> inner, int slot)
    {
        var child = inner.Child(slot);
        if (child.Edit != _edit)
        {
            child = child.CopyFor(_edit);
            inner.SwapChild(slot, child);
        }

        return child;
    }
}
