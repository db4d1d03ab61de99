using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>Where an operator wants something, by <c>--to</c>. It is obeyed and never falls back.</summary>
/// <param name="Zone">A zone; null where none is asked for.</param>
/// <param name="Machine">A machine; null where none is asked for. At most one of the two is set.</param>
public sealed record PlacementDirective(Zone? Zone, MachineId? Machine)
{
    /// <summary>Nothing is asked for.</summary>
    public static PlacementDirective None { get; } = new(null, null);

    /// <summary>True where nothing is asked for.</summary>
    public bool IsNone => Zone is null && Machine is null;

    /// <summary>As on the command line: <c>zone=a</c>, <c>3</c>, or empty.</summary>
    public override string ToString() => Zone is { } zone ? $"zone={zone}" : Machine?.ToString() ?? "";
}
