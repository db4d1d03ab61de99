namespace StateServer.Client.Calls;

/// <summary>When a call may be repeated.</summary>
internal enum CallKind
{
    /// <summary>Always: it changes nothing.</summary>
    Read,

    /// <summary>Only where the earlier attempt was certainly not executed.</summary>
    Write,

    /// <summary>Always: its session answers a repetition with the first outcome.</summary>
    SessionWrite,
}
