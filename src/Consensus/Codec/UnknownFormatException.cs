namespace StateServer.Consensus.Codec;

/// <summary>
/// Bytes were written by a newer executable: a format version, feature level, tag or field that this one does not know. The
/// member that meets it must stop, since skipping it would part the states silently.
/// </summary>
public sealed class UnknownFormatException : Exception
{
    /// <summary>Names what was met and both versions.</summary>
    /// <param name="what">What is unknown, in a few words.</param>
    /// <param name="foundVersion">The format version the bytes carry.</param>
    /// <param name="foundLevel">The feature level they were written at; 0 where that is not known yet.</param>
    /// <param name="knownVersion">The newest format version this executable reads.</param>
    /// <param name="knownLevel">The highest feature level this executable knows.</param>
    public UnknownFormatException(string what, int foundVersion, int foundLevel, int knownVersion, int knownLevel)
        : base($"{what}: written in format {foundVersion} at feature level {foundLevel}, but this executable knows " +
               $"format {knownVersion} and feature level {knownLevel}; run a newer one")
    {
        FoundVersion = foundVersion;
        FoundLevel = foundLevel;
        KnownVersion = knownVersion;
        KnownLevel = knownLevel;
    }

    /// <summary>The format version the bytes carry.</summary>
    public int FoundVersion { get; }

    /// <summary>The feature level they were written at; 0 where that is not known.</summary>
    public int FoundLevel { get; }

    /// <summary>The newest format version this executable reads.</summary>
    public int KnownVersion { get; }

    /// <summary>The highest feature level this executable knows.</summary>
    public int KnownLevel { get; }
}
