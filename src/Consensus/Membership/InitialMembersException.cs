namespace StateServer.Consensus.Membership;

/// <summary>The initial member list of a new cluster is not one that a cluster can be made of.</summary>
internal sealed class InitialMembersException(string message) : Exception(message);
