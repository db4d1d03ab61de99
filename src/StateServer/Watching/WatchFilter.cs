namespace StateServer.Watching;

/// <summary>Which events a watch leaves out.</summary>
[Flags]
internal enum WatchFilter : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Puts.</summary>
    NoPut = 1,

    /// <summary>Deletes.</summary>
    NoDelete = 2,

    /// <summary>All of them: such a watch gets progress only.</summary>
    All = NoPut | NoDelete,
}
