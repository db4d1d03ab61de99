namespace StateServer.Placement.Reconciliation.Launching;

/// <summary>What a machine's record says is to be done about its launch.</summary>
internal enum LaunchNeed
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>A new attempt may be committed.</summary>
    Begin,

    /// <summary>Its last attempt has no outcome yet.</summary>
    Settle,
}
