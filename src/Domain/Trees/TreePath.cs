using System.Runtime.CompilerServices;

namespace StateServer.Domain.Trees;

/// <summary>
/// One value for each level of a tree. Nodes keep at least a quarter of 16 slots filled, so 16 levels hold billions of items.
/// </summary>
[InlineArray(Depth)]
internal struct TreePath<T>
{
    public const int Depth = 16;

    private T _first;
}
