namespace StateServer.Domain.Commands;

/// <summary>
/// What the log carries and <c>Apply</c> executes. Times and ids arrive inside it, stamped by the proposer. Wire tags
/// (in Consensus/Codec) are append-only.
/// </summary>
public abstract record Command;
