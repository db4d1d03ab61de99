using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>What a member says of itself when it joins: its id is to be bound to its folder, by the log.</summary>
/// <param name="Id">Its minted id, which the roster has without a folder.</param>
/// <param name="Folder">The folder that it made at its first start.</param>
/// <param name="Name">Its name.</param>
/// <param name="Zone">Where it stands.</param>
/// <param name="PeerAddress">host:port of its peer service.</param>
/// <param name="ClientUrls">The URLs on which it serves clients.</param>
/// <param name="HighestFeatureLevel">The highest feature level its executable knows.</param>
/// <param name="Version">Its executable's version.</param>
internal sealed record JoiningMember(
    NodeId Id,
    FolderId Folder,
    string Name,
    string Zone,
    string PeerAddress,
    ImmutableArray<string> ClientUrls,
    int HighestFeatureLevel,
    string Version);
