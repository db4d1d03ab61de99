namespace StateServer.Placement.Tests.Planning;

/// <summary>Something that happens to an environment in a property; numbers are taken modulo what there is.</summary>
/// <param name="Kind">What.</param>
/// <param name="Who">To whom.</param>
/// <param name="Amount">How much.</param>
public sealed record Happening(HappeningKind Kind, int Who, int Amount);
