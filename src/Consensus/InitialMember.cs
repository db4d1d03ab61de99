using StateServer.Domain.Identity;

namespace StateServer.Consensus;

/// <summary>One member of a new cluster's initial list.</summary>
/// <param name="Id">Its minted id.</param>
/// <param name="Name">Its name.</param>
/// <param name="PeerAddress">host:port of its peer service.</param>
public sealed record InitialMember(NodeId Id, string Name, string PeerAddress);
