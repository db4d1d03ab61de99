namespace StateServer.Consensus.Raft;

/// <summary>This member does not lead (any more); what was asked for was not begun.</summary>
internal sealed class NotLeadingException(string message, Exception? inner = null) : Exception(message, inner);
