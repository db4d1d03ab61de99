namespace StateServer.Cli.Verbs;

/// <summary><c>snapshot</c>: a cluster's state to a file, and what one does with such a file.</summary>
internal static class SnapshotVerb
{
    /// <summary>Makes the verb, with the verbs below it.</summary>
    public static Verb Create() => new(
        "snapshot",
        "Save a cluster's state to a file, look at such a file, or make a new cluster of it.",
        "snapshot save /backup/monday.snap",
        "snapshot status /backup/monday.snap --format json",
        "snapshot restore /backup/monday.snap --root /tmp/restored")
    {
        SnapshotSaveVerb.Create(),
        SnapshotStatusVerb.Create(),
        SnapshotRestoreVerb.Create(),
    };
}
