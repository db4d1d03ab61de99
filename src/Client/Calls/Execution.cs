namespace StateServer.Client.Calls;

/// <summary>What a failed attempt tells of the request.</summary>
internal enum Execution
{
    /// <summary>It was not executed.</summary>
    No,

    /// <summary>It may have been, or may yet be.</summary>
    Unknown,

    /// <summary>It was, and the answer is forgotten.</summary>
    Yes,
}
