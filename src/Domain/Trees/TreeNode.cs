using System.Numerics;

namespace StateServer.Domain.Trees;

/// <summary>
/// A leaf with its items, or an inner node with the lowest item of each child. It may be changed only by the builder whose
/// edit number it carries; all others copy it first.
/// </summary>
internal class TreeNode<TItem, TProbe>
    where TItem : struct, ITreeItem<TItem, TProbe>
{
    /// <summary>A node with fewer slots in use is merged with, or filled from, a neighbour.</summary>
    public const int LowCount = Capacity / 4;

    public const int Capacity = TreeSlots<TItem>.Capacity;

    private TreeSlots<ulong> _hints;
    private TreeSlots<TItem> _items;
    private int _skip;

    /// <summary>The builder that may change this node.</summary>
    public long Edit { get; set; }

    /// <summary>Slots in use.</summary>
    public int Count { get; protected set; }

    public bool IsFull => Count == Capacity;

    /// <summary>Items in this node and everything below it.</summary>
    public virtual long Total => Count;

    /// <summary>The leaf's items, or the lowest item below each child.</summary>
    public ReadOnlySpan<TItem> Items => ((ReadOnlySpan<TItem>)_items)[..Count];

    public TItem First => _items[0];

    /// <summary>A copy that <paramref name="edit"/> may change.</summary>
    public TreeNode<TItem, TProbe> CopyFor(long edit)
    {
        var copy = (TreeNode<TItem, TProbe>)MemberwiseClone();
        copy.Edit = edit;
        return copy;
    }

    /// <summary>The first slot whose item is not below the probe; <see cref="Count"/> where all are.</summary>
    public int LowerBound(in TProbe probe, out bool found)
    {
        found = false;
        if (_skip > 0)
        {
            var order = TItem.ComparePrefix(probe, _items[0], _skip);
            if (order != 0)
            {
                return order < 0 ? 0 : Count;
            }
        }

        ReadOnlySpan<ulong> hints = ((ReadOnlySpan<ulong>)_hints)[..Count];
        var hint = TItem.Hint(probe, _skip);
        var low = FirstNotBelow(hints, hint);
        if (low == hints.Length || hints[low] != hint)
        {
            return low;
        }

        var high = hint == ulong.MaxValue ? hints.Length : low + FirstNotBelow(hints[low..], hint + 1);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var order = TItem.Compare(probe, _items[middle]);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>The child to descend into: the last one whose lowest item is not above the probe, or the first.</summary>
    public int ChildFor(in TProbe probe)
    {
        var bound = LowerBound(probe, out var found);
        return found || bound == 0 ? bound : bound - 1;
    }

    /// <summary>Puts an item that orders the same into a slot.</summary>
    public void SetItem(int slot, TItem item)
    {
        _items[slot] = item;
        if (slot == 0 || slot == Count - 1)
        {
            Rehash();
        }
        else
        {
            _hints[slot] = TItem.Hint(item, _skip);
        }
    }

    /// <summary>Puts an item with an equal order, and so an equal hint, into a slot.</summary>
    public void ReplaceItem(int slot, TItem item) => _items[slot] = item;

    /// <summary>Opens a slot for an item; there must be room.</summary>
    public void InsertItem(int slot, TItem item)
    {
        Span<TItem> items = _items;
        items[slot..Count].CopyTo(items[(slot + 1)..]);
        items[slot] = item;
        Count++;
        if (slot == 0 || slot == Count - 1)
        {
            Rehash();
            return;
        }

        Span<ulong> hints = _hints;
        hints[slot..(Count - 1)].CopyTo(hints[(slot + 1)..]);
        hints[slot] = TItem.Hint(item, _skip);
    }

    /// <summary>Closes a slot. The bytes that are shared stay shared.</summary>
    public virtual void RemoveSlot(int slot)
    {
        Span<TItem> items = _items;
        Span<ulong> hints = _hints;
        items[(slot + 1)..Count].CopyTo(items[slot..]);
        hints[(slot + 1)..Count].CopyTo(hints[slot..]);
        Count--;
        items[Count] = default;
    }

    /// <summary>Moves the slots from <paramref name="from"/> on to the front of <paramref name="right"/>, which must have room.</summary>
    public virtual void MoveTail(int from, TreeNode<TItem, TProbe> right)
    {
        var moved = Count - from;
        Span<TItem> items = _items;
        Span<TItem> target = right._items;
        target[..right.Count].CopyTo(target[moved..]);
        items[from..Count].CopyTo(target);
        items[from..Count].Clear();
        Count = from;
        right.Count += moved;
        Rehash();
        right.Rehash();
    }

    /// <summary>Moves the first slots of <paramref name="right"/> behind this node's, which must have room.</summary>
    public virtual void TakeHead(int count, TreeNode<TItem, TProbe> right)
    {
        Span<TItem> items = _items;
        Span<TItem> source = right._items;
        source[..count].CopyTo(items[Count..]);
        source[count..right.Count].CopyTo(source);
        source[(right.Count - count)..right.Count].Clear();
        Count += count;
        right.Count -= count;
        Rehash();
        right.Rehash();
    }

    /// <summary>An empty node of the same kind.</summary>
    public virtual TreeNode<TItem, TProbe> EmptyLike(long edit) => new() { Edit = edit };

    private static int FirstNotBelow(ReadOnlySpan<ulong> hints, ulong hint)
    {
        // A count over all lanes has no branch to mispredict; at so few slots it is as fast as any search.
        var below = 0;
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var wanted = new Vector<ulong>(hint);
            var counts = Vector<ulong>.Zero;
            for (; i <= hints.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
            {
                counts -= Vector.LessThan(new Vector<ulong>(hints[i..]), wanted);
            }

            below = (int)Vector.Sum(counts);
        }

        for (; i < hints.Length; i++)
        {
            below += hints[i] < hint ? 1 : 0;
        }

        return below;
    }

    private void Rehash()
    {
        if (Count == 0)
        {
            return;
        }

        _skip = TItem.SharedPrefix(_items[0], _items[Count - 1]);
        for (var i = 0; i < Count; i++)
        {
            _hints[i] = TItem.Hint(_items[i], _skip);
        }
    }
}
