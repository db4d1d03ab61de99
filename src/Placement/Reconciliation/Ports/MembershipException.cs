namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>A change of the members did not come through.</summary>
/// <param name="message">Why, in one line; of a refusal its reason with the numbers.</param>
/// <param name="isUnknown">True where it may have been, or may yet be, made; false where it was refused and is not.</param>
/// <param name="inner">What was thrown beneath.</param>
public sealed class MembershipException(string message, bool isUnknown, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True where it may have been, or may yet be, made.</summary>
    public bool IsUnknown { get; } = isUnknown;
}
