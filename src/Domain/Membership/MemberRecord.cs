using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Membership;

/// <summary>What the replicated state knows of one member.</summary>
/// <param name="Id">The member.</param>
/// <param name="Name">Its name, unique in the cluster.</param>
/// <param name="Folder">The folder that its id is bound to.</param>
/// <param name="Zone">Where it stands.</param>
/// <param name="PeerAddress">host:port of its peer service.</param>
/// <param name="ClientUrls">The URLs, with scheme, on which it serves clients.</param>
/// <param name="HighestFeatureLevel">The highest feature level its executable knows.</param>
/// <param name="Version">Its executable's version.</param>
/// <param name="JoinedAt">When it was registered first, by the proposer's clock.</param>
public sealed record MemberRecord(
    NodeId Id,
    string Name,
    FolderId Folder,
    Zone Zone,
    string PeerAddress,
    ImmutableArray<string> ClientUrls,
    int HighestFeatureLevel,
    string Version,
    DateTimeOffset JoinedAt);
