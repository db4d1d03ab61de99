namespace StateServer.Domain.Trees;

/// <summary>An inner node: beside the lowest item of each child it has the child, and how many items are below it.</summary>
internal sealed class TreeInner<TItem, TProbe> : TreeNode<TItem, TProbe>
    where TItem : struct, ITreeItem<TItem, TProbe>
{
    private TreeSlots<TreeNode<TItem, TProbe>> _children;
    private TreeSlots<long> _sizes;

    public override long Total => SizeBefore(Count);

    public TreeNode<TItem, TProbe> Child(int slot) => _children[slot];

    public long Size(int slot) => _sizes[slot];

    /// <summary>Items below the children before a slot.</summary>
    public long SizeBefore(int slot)
    {
        long sum = 0;
        foreach (var size in ((ReadOnlySpan<long>)_sizes)[..slot])
        {
            sum += size;
        }

        return sum;
    }

    /// <summary>Puts a copy in a child's place; nothing else changes.</summary>
    public void SwapChild(int slot, TreeNode<TItem, TProbe> child) => _children[slot] = child;

    public void AddToSize(int slot, int change) => _sizes[slot] += change;

    /// <summary>Brings a slot in line with its child, after that one split, merged or got another lowest item.</summary>
    public void Refresh(int slot)
    {
        _sizes[slot] = _children[slot].Total;
        SetItem(slot, _children[slot].First);
    }

    public void InsertChild(int slot, TreeNode<TItem, TProbe> child)
    {
        Span<TreeNode<TItem, TProbe>> children = _children;
        Span<long> sizes = _sizes;
        children[slot..Count].CopyTo(children[(slot + 1)..]);
        sizes[slot..Count].CopyTo(sizes[(slot + 1)..]);
        children[slot] = child;
        sizes[slot] = child.Total;
        InsertItem(slot, child.First);
    }

    public override void RemoveSlot(int slot)
    {
        Span<TreeNode<TItem, TProbe>> children = _children;
        Span<long> sizes = _sizes;
        children[(slot + 1)..Count].CopyTo(children[slot..]);
        sizes[(slot + 1)..Count].CopyTo(sizes[slot..]);
        children[Count - 1] = null!;
        base.RemoveSlot(slot);
    }

    public override void MoveTail(int from, TreeNode<TItem, TProbe> right)
    {
        var target = (TreeInner<TItem, TProbe>)right;
        var moved = Count - from;
        Span<TreeNode<TItem, TProbe>> children = _children;
        Span<TreeNode<TItem, TProbe>> targetChildren = target._children;
        targetChildren[..right.Count].CopyTo(targetChildren[moved..]);
        children[from..Count].CopyTo(targetChildren);
        children[from..Count].Clear();
        Span<long> sizes = _sizes;
        Span<long> targetSizes = target._sizes;
        targetSizes[..right.Count].CopyTo(targetSizes[moved..]);
        sizes[from..Count].CopyTo(targetSizes);
        base.MoveTail(from, right);
    }

    public override void TakeHead(int count, TreeNode<TItem, TProbe> right)
    {
        var source = (TreeInner<TItem, TProbe>)right;
        Span<TreeNode<TItem, TProbe>> children = _children;
        Span<TreeNode<TItem, TProbe>> sourceChildren = source._children;
        sourceChildren[..count].CopyTo(children[Count..]);
        sourceChildren[count..right.Count].CopyTo(sourceChildren);
        sourceChildren[(right.Count - count)..right.Count].Clear();
        Span<long> sizes = _sizes;
        Span<long> sourceSizes = source._sizes;
        sourceSizes[..count].CopyTo(sizes[Count..]);
        sourceSizes[count..right.Count].CopyTo(sourceSizes);
        base.TakeHead(count, right);
    }

    public override TreeNode<TItem, TProbe> EmptyLike(long edit) => new TreeInner<TItem, TProbe> { Edit = edit };
}
