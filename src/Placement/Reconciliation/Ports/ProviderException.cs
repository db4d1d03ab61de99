using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>A provider could not do what was asked. Its kind decides what is tried next; the message is one line for an operator.</summary>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="inner">What the provider's own library threw, or null.</param>
public abstract class ProviderException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// What a launch attempt that failed so is recorded with. <see cref="LaunchOutcome.Unknown"/> where it may have been made
    /// all the same: then a listing must tell.
    /// </summary>
    public abstract LaunchOutcome Outcome { get; }
}
