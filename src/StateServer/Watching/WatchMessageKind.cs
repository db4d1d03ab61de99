namespace StateServer.Watching;

/// <summary>What a message tells the client.</summary>
internal enum WatchMessageKind : byte
{
    /// <summary>Events.</summary>
    Events,

    /// <summary>The watch was made.</summary>
    Created,

    /// <summary>The watch was not made; the id is none.</summary>
    Refused,

    /// <summary>The watch was cancelled, as its client asked.</summary>
    Cancelled,

    /// <summary>The watch was cancelled, because what it needed is compacted.</summary>
    Compacted,

    /// <summary>Everything up to the revision was told.</summary>
    Progress,
}
