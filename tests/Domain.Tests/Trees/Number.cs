using StateServer.Domain.Trees;

namespace StateServer.Domain.Tests.Trees;

/// <summary>A tree's item for tests: a number with a text, so that an equal item can be told from the one it replaced.</summary>
internal readonly record struct Number(Number.Boxed Value) : ITreeItem<Number, int>
{
    public static int Compare(in int probe, Number item) => probe.CompareTo(item.Value.Order);

    public static int SharedPrefix(Number low, Number high) => 0;

    public static int ComparePrefix(in int probe, Number item, int length) => 0;

    /// <summary>Many numbers share a hint, so that ties are decided by comparison.</summary>
    public static ulong Hint(Number item, int skip) => (ulong)(item.Value.Order / 4);

    public static ulong Hint(in int probe, int skip) => (ulong)(probe / 4);

    internal sealed record Boxed(int Order, string Text);
}
