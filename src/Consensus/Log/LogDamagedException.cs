namespace StateServer.Consensus.Log;

/// <summary>
/// A file of the data folder is not what was once made durable. Such a member must not vote: it is replaced. Never thrown for
/// what a crash can leave behind.
/// </summary>
internal sealed class LogDamagedException(string file, long offset, string what)
    : Exception($"{file} is damaged at byte {offset}: {what}; this member must be replaced")
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>Where in it, bytes from its start.</summary>
    public long Offset { get; } = offset;

    /// <summary>What was wrong there.</summary>
    public string What { get; } = what;
}
