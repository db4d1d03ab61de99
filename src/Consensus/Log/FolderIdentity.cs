using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>Whose data folder it is, and what must be known before its log is.</summary>
internal sealed record FolderIdentity
{
    /// <summary>Nobody met yet.</summary>
    public static ImmutableSortedDictionary<NodeId, FolderId> NoPins => ImmutableSortedDictionary<NodeId, FolderId>.Empty;

    /// <summary>The cluster.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>The member.</summary>
    public required NodeId Node { get; init; }

    /// <summary>This folder, minted with it.</summary>
    public required FolderId Folder { get; init; }

    /// <summary>
    /// False until the first start has made log and vote: until then nothing was promised and they may be made again; after it,
    /// a missing one is damage.
    /// </summary>
    public bool IsComplete { get; init; }

    /// <summary>The folders in which the peers were first met; another one under the same member is refused.</summary>
    public ImmutableSortedDictionary<NodeId, FolderId> Pins { get; init; } = NoPins;

    /// <summary>The configuration of a new cluster, encoded, that is in force until the log has one; empty where there is none yet.</summary>
    public ImmutableArray<byte> FirstConfiguration { get; init; } = [];

    /// <summary>The members that were removed from the cluster, as far as this one was told: whatever comes from them is refused.</summary>
    public ImmutableSortedSet<NodeId> Removed { get; init; } = ImmutableSortedSet<NodeId>.Empty;

    /// <summary>Why this folder must never be used again, or null.</summary>
    public string? RetiredReason { get; init; }
}
