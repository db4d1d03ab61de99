namespace StateServer.Consensus.Codec;

/// <summary>What an outcome's bytes start with. On disk (session table): append only, never renumber.</summary>
internal enum OutcomeTag
{
    Put = 1,
    DeleteRange = 2,
    Range = 3,
    Transaction = 4,
    Compact = 5,
    Done = 6,
    SessionOpened = 7,
    Rejection = 8,
    Added = 9,
}
