namespace StateServer.Consensus.Raft;

/// <summary>A leadership transfer was not begun, or came to nothing; the leader is who it was, or whom an election chose.</summary>
internal sealed class TransferRefusedException(string message, Exception? inner = null) : Exception(message, inner);
