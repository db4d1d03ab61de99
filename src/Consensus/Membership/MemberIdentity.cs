using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>Who this member is: the same for ever, once its folder was made.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Id">Its minted id.</param>
/// <param name="Folder">Its data folder's random id.</param>
internal sealed record MemberIdentity(ClusterId Cluster, NodeId Id, FolderId Folder);
