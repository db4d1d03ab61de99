namespace StateServer.Consensus.Raft;

/// <summary>A data folder can't be this member's.</summary>
internal sealed class MemberFolderException(string message) : Exception(message);
