namespace StateServer.Chaos.Histories;

/// <summary>The operations on one register.</summary>
internal enum OperationKind
{
    Read,
    Write,
    Cas,
    Delete,
}
