namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>A command did not come through.</summary>
/// <param name="message">Why, in one line without numbers that change: it is logged once per cause.</param>
/// <param name="isUnknown">True where it may have been, or may yet be, executed.</param>
/// <param name="inner">What the log threw.</param>
public sealed class ModelLogException(string message, bool isUnknown, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True where it may have been, or may yet be, executed.</summary>
    public bool IsUnknown { get; } = isUnknown;
}
