using System.Globalization;
using StateServer.Domain.Identity;

namespace StateServer.Agent.Units;

/// <summary>Where a unit's files are.</summary>
/// <param name="Path">The folder, absolute. The shim's claim and proof are in it too.</param>
internal sealed record UnitFolder(string Path)
{
    /// <summary>The <see cref="UnitOrder"/> of the newest run.</summary>
    public string OrderFile => System.IO.Path.Combine(Path, "unit.json");

    /// <summary>How the newest run that ended ended.</summary>
    public string ExitFile => System.IO.Path.Combine(Path, "exit.json");

    /// <summary>A singleton's <see cref="UnitLease"/>.</summary>
    public string LeaseFile => System.IO.Path.Combine(Path, "lease");

    /// <summary>What the shim itself complains of.</summary>
    public string ShimLog => System.IO.Path.Combine(Path, "shim.log");

    /// <summary>What the unit prints.</summary>
    public string Logs => System.IO.Path.Combine(Path, "logs");

    /// <summary>The unit's working folder; it stays while the assignment does.</summary>
    public string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>A unit's folder below an agent's.</summary>
    public static UnitFolder Of(string agentFolder, UnitName unit) => new(System.IO.Path.Combine(
        Root(agentFolder), string.Create(CultureInfo.InvariantCulture, $"{unit.Service}-{unit.Number}")));

    /// <summary>The folder of all units.</summary>
    public static string Root(string agentFolder) => System.IO.Path.Combine(agentFolder, "units");
}
