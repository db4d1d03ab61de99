namespace StateServer.Consensus.Codec;

/// <summary>What an operation's bytes start with. On disk: append only, never renumber.</summary>
internal enum OperationTag
{
    Put = 1,
    DeleteRange = 2,
    Range = 3,
    Transaction = 4,
}
