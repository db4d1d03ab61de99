namespace StateServer.Reports;

/// <summary>One unit in the answer of <c>status</c>.</summary>
/// <param name="Name">Such as web/0.</param>
/// <param name="Service">Its service.</param>
/// <param name="Machine">Its machine's number, a decimal string; null while it waits for one.</param>
/// <param name="Zone">The machine's zone; null while none is chosen.</param>
/// <param name="State">pending, running, backing-off, stopping or stopped; lost where its machine is.</param>
/// <param name="Message">Why it waits or failed; null otherwise.</param>
/// <param name="Restarts">How often its process was started again on this machine.</param>
/// <param name="Address">host:port that its process was given; null before it was started.</param>
/// <param name="Dying">Whether it is to go.</param>
internal sealed record UnitReport(
    string Name,
    string Service,
    string? Machine,
    string? Zone,
    string State,
    string? Message,
    int Restarts,
    string? Address,
    bool Dying);
