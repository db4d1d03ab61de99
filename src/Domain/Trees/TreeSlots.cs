using System.Runtime.CompilerServices;

namespace StateServer.Domain.Trees;

/// <summary>A node's slots, laid out inside the node itself: no second object, no second cache miss.</summary>
[InlineArray(Capacity)]
internal struct TreeSlots<T>
{
    /// <summary>
    /// Slots in a node. 32 makes a leaf 544 bytes (17 a key when filled in order, 25 at random) and a path of five nodes for a
    /// million keys; 16 and 64 were measured slower for batches of 64 random puts.
    /// </summary>
    public const int Capacity = 32;

    private T _first;
}
