using StateServer.Consensus.Log;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>
/// Which folder each member's id is bound to, as this member knows it; each binding is on its disk before it is used. A known
/// member that comes back with another folder, its disk emptied, is told apart by it. Thread-safe.
/// </summary>
/// <param name="store">Keeps them.</param>
internal sealed class FolderPins(IdentityStore store)
{
    /// <summary>All bindings.</summary>
    public IReadOnlyDictionary<NodeId, FolderId> All => store.Current.Pins;

    /// <summary>The folder that an id is bound to.</summary>
    public bool TryGet(NodeId id, out FolderId folder) => store.Current.Pins.TryGetValue(id, out folder);

    /// <summary>Binds an id to a folder, durably; a binding never changes.</summary>
    /// <returns>False where it is bound to another one: that member must be refused.</returns>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    public bool TryBind(NodeId id, FolderId folder) => store.Pin(id, folder);
}
