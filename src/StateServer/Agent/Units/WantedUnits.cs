using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.Agent.Units;

/// <summary>All that this machine is to run, as the leader told last.</summary>
/// <param name="Revision">The revision it was read at.</param>
/// <param name="Zone">The machine's zone.</param>
/// <param name="Units">The units, by name.</param>
internal sealed record WantedUnits(long Revision, string Zone, ImmutableSortedDictionary<UnitName, WantedUnit> Units)
{
    private const int MostSeconds = 3600;

    /// <summary>Reads an assignment. A unit that can't be run as told carries its fault and is no reason to refuse the others.</summary>
    /// <returns>Null, or why it is refused as a whole.</returns>
    public static string? TryRead(Assignment assignment, AgentOptions options, out WantedUnits? wanted)
    {
        wanted = null;
        if (assignment.EnvironmentId != options.Environment.Value)
        {
            return $"it is of environment {assignment.EnvironmentId}, and this machine belongs to {options.Environment}";
        }

        if (assignment.Incarnation != options.Incarnation)
        {
            return $"it is of incarnation {assignment.Incarnation}, and this machine was launched in {options.Incarnation}";
        }

        if (assignment.Units.FirstOrDefault(u => !IsName(u.Service) || u.Number < 0 || u.Assignment < 1) is { } nameless)
        {
            return $"'{nameless.Service}/{nameless.Number}' under assignment {nameless.Assignment} is no unit";
        }

        if (assignment.Units.DistinctBy(u => (u.Service, u.Number)).Count() != assignment.Units.Count)
        {
            return "it names a unit twice";
        }

        wanted = new WantedUnits(
            assignment.Revision,
            assignment.Zone,
            assignment.Units.Select((unit, at) => Read(unit, at)).ToImmutableSortedDictionary(u => u.Unit, u => u));
        return null;
    }

    private static WantedUnit Read(AssignedUnit unit, int at) => new(
        new UnitName(new ServiceName(unit.Service), unit.Number),
        unit.Assignment,
        [.. unit.Command],
        unit.Environment.ToImmutableSortedDictionary(StringComparer.Ordinal),
        unit.Singleton,
        unit.LeaseSeconds,
        unit.GraceSeconds,
        [.. unit.Ports],
        Fault(unit, at));

    private static string? Fault(AssignedUnit unit, int at) =>
        at >= AgentOptions.MostUnits ? $"this machine runs {AgentOptions.MostUnits} units at most"
        : unit.Singleton && unit.LeaseSeconds is < 2 or > MostSeconds ? $"a lease of {unit.LeaseSeconds} s can't be kept; 2 to {MostSeconds} s can"
        : unit.GraceSeconds is < 0 or > MostSeconds ? $"a grace of {unit.GraceSeconds} s can't be kept; 0 to {MostSeconds} s can"
        : unit.Command.Any(HasNull) || unit.Environment.Any(v => HasNull(v.Key) || HasNull(v.Value) || v.Key.Length == 0 || v.Key.Contains('='))
            ? "its command or a variable can't be given to a process: a name is empty or has '=', or there is a zero byte"
        : null;

    private static bool HasNull(string text) => text.Contains('\0');

    /// <summary>As <see cref="ServiceName"/> has it; it becomes a folder's name.</summary>
    private static bool IsName(string name) =>
        name is { Length: > 0 and <= 63 } && char.IsAsciiLetterLower(name[0])
        && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
