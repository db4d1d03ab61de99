using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>Where an operator wants something, by <c>--to</c>. It is obeyed and never falls back.</summary>
/// <param name="Zone">A zone; null where none is asked for.</param>
/// <param name="Machine">A machine; null where none is asked for. At most one of the two is set.</param>
public sealed record PlacementDirective(Zone? Zone, MachineId? Machine)
{
    private const string ZonePrefix = "zone=";

    /// <summary>Nothing is asked for.</summary>
    public static PlacementDirective None { get; } = new(null, null);

    /// <summary>True where nothing is asked for.</summary>
    public bool IsNone => Zone is null && Machine is null;

    /// <summary>Reads <c>zone=a</c> or a machine's number.</summary>
    /// <returns>Null, or in one line what was wrong, in Juju's words.</returns>
    public static string? TryParse(string text, out PlacementDirective directive)
    {
        directive = None;
        if (text.StartsWith(ZonePrefix, StringComparison.Ordinal))
        {
            string? wrong = Identity.Zone.TryParse(text[ZonePrefix.Length..], out Zone zone);
            directive = wrong is null ? new PlacementDirective(zone, null) : None;
            return wrong;
        }

        if (MachineId.TryParse(text, out MachineId machine) is null)
        {
            directive = new PlacementDirective(null, machine);
            return null;
        }

        return $"unknown placement directive: {Quoted.Bare(text)}";
    }

    /// <summary>As on the command line: <c>zone=a</c>, <c>3</c>, or empty.</summary>
    public override string ToString() => Zone is { } zone ? $"zone={zone}" : Machine?.ToString() ?? "";
}
