using System.Collections.Immutable;
using StateServer.Consensus.Log;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>
/// Which folder each member's id is bound to, and who was removed, as this member knows it. A known member that comes back with
/// another folder, its disk emptied, is told apart by it. What a first start binds is on its disk before it is used; what comes
/// by the log counts at once and is written down soon after, since the log brings it again. Thread-safe.
/// </summary>
internal sealed class FolderPins
{
    private readonly IdentityStore _store;
    private ImmutableDictionary<NodeId, FolderId> _told = ImmutableDictionary<NodeId, FolderId>.Empty;
    private ImmutableHashSet<NodeId> _removed;
    private volatile bool _unwritten;

    /// <summary>Begins with what is on disk.</summary>
    /// <param name="store">Keeps them.</param>
    public FolderPins(IdentityStore store)
    {
        _store = store;
        _removed = [.. store.Current.Removed];
    }

    /// <summary>All bindings on disk.</summary>
    public IReadOnlyDictionary<NodeId, FolderId> All => _store.Current.Pins;

    /// <summary>The folder that an id is bound to.</summary>
    public bool TryGet(NodeId id, out FolderId folder)
        => _store.Current.Pins.TryGetValue(id, out folder) || _told.TryGetValue(id, out folder);

    /// <summary>True for a member that was removed from the cluster.</summary>
    public bool IsRemoved(NodeId id) => _removed.Contains(id);

    /// <summary>Binds an id to a folder, durably; a binding never changes.</summary>
    /// <returns>False where it is bound to another one: that member must be refused.</returns>
    /// <exception cref="IOException">It can't be written; nothing was changed.</exception>
    public bool TryBind(NodeId id, FolderId folder) => _store.Pin(id, folder);

    /// <summary>The log, or a configuration in it, says which folder an id is bound to. What is bound already stays so.</summary>
    public void Tell(NodeId id, FolderId folder)
    {
        if (!folder.IsNone && !TryGet(id, out _) && ImmutableInterlocked.TryAdd(ref _told, id, folder))
        {
            _unwritten = true;
        }
    }

    /// <summary>The log says that these members were removed.</summary>
    /// <returns>Those of whom that is news.</returns>
    public IReadOnlyList<NodeId> TellRemoved(IEnumerable<NodeId> removed)
    {
        List<NodeId> news = [.. removed.Where(id => !IsRemoved(id))];
        if (news.Count > 0)
        {
            ImmutableInterlocked.Update(ref _removed, (all, more) => all.Union(more), news);
            _unwritten = true;
        }

        return news;
    }

    /// <summary>Writes down what was told; does nothing where all is on disk.</summary>
    /// <returns>False where the file's limits left some out; they count until the process ends, and come again from the log.</returns>
    /// <exception cref="IOException">It can't be written; to be tried again.</exception>
    public bool Write()
    {
        if (!_unwritten)
        {
            return true;
        }

        _unwritten = false;
        try
        {
            return _store.Note(_told, _removed);
        }
        catch
        {
            _unwritten = true;
            throw;
        }
    }
}
