namespace StateServer.Consensus.Raft;

/// <summary>The log's disk is full; nothing was appended, and what is there stays readable.</summary>
internal sealed class LogSpaceException(string message, Exception? inner = null) : Exception(message, inner);
