namespace StateServer.Chaos.Histories;

/// <summary>What the client knows of an operation's end.</summary>
internal enum OperationStatus
{
    /// <summary>Acknowledged: it took effect between call and return.</summary>
    Ok,

    /// <summary>Certainly without effect, ever.</summary>
    Fail,

    /// <summary>It may have taken effect, may yet, or may never.</summary>
    Unknown,
}
