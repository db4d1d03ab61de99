using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>One voter of a configuration.</summary>
/// <param name="Id">Its minted id.</param>
/// <param name="Name">Its name when it was added.</param>
/// <param name="PeerAddress">host:port of its peer service when it was added; an address may change, an id never does.</param>
/// <param name="Folder">The folder that its id is bound to; none for a new cluster's first voters, who pinned each other's.</param>
internal sealed record ConfigurationMember(NodeId Id, string Name, string PeerAddress, FolderId Folder = default);
