namespace StateServer.Domain.Trees;

/// <summary>
/// What a <see cref="PersistentTree{TItem,TProbe}"/> holds: a struct around one reference, which defines the tree's order. A
/// struct, so that the runtime compiles the tree for each order by itself instead of sharing code between all of them.
/// </summary>
/// <typeparam name="TSelf">The item.</typeparam>
/// <typeparam name="TProbe">What is searched for: as much of an item as the order looks at.</typeparam>
internal interface ITreeItem<TSelf, TProbe>
    where TSelf : struct, ITreeItem<TSelf, TProbe>
{
    /// <summary>Orders a probe against an item: negative, zero or positive.</summary>
    static abstract int Compare(in TProbe probe, TSelf item);

    /// <summary>
    /// How many leading bytes two items share; all items between them then share as many. Zero where the order has no
    /// meaningful prefix.
    /// </summary>
    static abstract int SharedPrefix(TSelf low, TSelf high);

    /// <summary>Orders the first <paramref name="length"/> bytes of a probe against those of an item that has that many.</summary>
    static abstract int ComparePrefix(in TProbe probe, TSelf item, int length);

    /// <summary>
    /// The item's rank behind <paramref name="skip"/> shared bytes, squeezed into 64 bits: never decreasing in the tree's order,
    /// so that most comparisons need no look at the item itself.
    /// </summary>
    static abstract ulong Hint(TSelf item, int skip);

    /// <summary>The same for a probe whose first <paramref name="skip"/> bytes are known to be the shared ones.</summary>
    static abstract ulong Hint(in TProbe probe, int skip);
}
