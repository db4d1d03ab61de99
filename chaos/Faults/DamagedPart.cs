namespace StateServer.Chaos.Faults;

/// <summary>What of a member's folder is damaged.</summary>
internal enum DamagedPart
{
    Log,
    Snapshot,
    Vote,
}
