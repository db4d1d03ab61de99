using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>A member that belongs to the cluster, with a vote or without.</summary>
/// <param name="Id">Its minted id.</param>
/// <param name="Name">Its name.</param>
/// <param name="PeerAddress">host:port of its peer service; empty while that is not known.</param>
/// <param name="Folder">The folder that its id is bound to; none until it joined. Nothing is sent to it before.</param>
internal sealed record RosterMember(NodeId Id, string Name, string PeerAddress, FolderId Folder);
