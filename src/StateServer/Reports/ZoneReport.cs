namespace StateServer.Reports;

/// <summary>One zone of which something is remembered, in the answer of <c>status</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cordoned">Whether nothing more is placed in it.</param>
/// <param name="AvoidedUntil">After a capacity failure: until when it is passed over; null otherwise.</param>
/// <param name="Message">The failure; null otherwise.</param>
internal sealed record ZoneReport(string Name, bool Cordoned, DateTimeOffset? AvoidedUntil, string? Message);
