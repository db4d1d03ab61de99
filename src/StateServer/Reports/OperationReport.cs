namespace StateServer.Reports;

/// <summary>The change of votes under way, in the answer of <c>status</c>.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">grow, swap or shrink.</param>
/// <param name="Step">What is done next, in one line.</param>
/// <param name="StepsDone">How many of its changes of votes are in force.</param>
/// <param name="Steps">How many it has.</param>
/// <param name="Undoing">Whether it is being taken back; the steps count backwards then.</param>
/// <param name="Reason">Why it was begun, or is taken back.</param>
/// <param name="Since">When it began.</param>
/// <param name="AgeSeconds">How long ago, at <c>asOf</c>.</param>
internal sealed record OperationReport(
    long Id, string Kind, string Step, int StepsDone, int Steps, bool Undoing, string Reason, DateTimeOffset Since, long AgeSeconds);
