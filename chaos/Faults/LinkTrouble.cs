namespace StateServer.Chaos.Faults;

/// <summary>What a bad link does to packets.</summary>
internal enum LinkTrouble
{
    Delay,
    Loss,
    Duplicate,
    Reorder,

    /// <summary>All of them at once.</summary>
    Mess,
}
