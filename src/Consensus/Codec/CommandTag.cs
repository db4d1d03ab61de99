namespace StateServer.Consensus.Codec;

/// <summary>What a command's bytes start with. On disk: append only, never renumber.</summary>
internal enum CommandTag
{
    Keyspace = 1,
    Compact = 2,
    TrimHistory = 3,
    GrantLease = 4,
    RevokeLease = 5,
    OpenSession = 6,
    CloseSession = 7,
    RegisterMember = 8,
    RaiseFeatureLevel = 9,
    SetAlarm = 10,
    ExpireLease = 11,
}
