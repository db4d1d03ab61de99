namespace StateServer.Consensus.Raft;

/// <summary>A change of the voters that must not be made; nothing was appended.</summary>
internal sealed class RefusedChangeException(string message) : Exception(message);
