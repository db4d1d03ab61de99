namespace StateServer.Scenarios.Placement;

/// <summary>One start of a unit, as its own process wrote it down.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="WasAlone">False where the unit's lock was held: another process of it lived.</param>
/// <param name="Machine">The machine's number.</param>
/// <param name="Pid">The process.</param>
internal sealed record UnitStart(string Unit, bool WasAlone, string Machine, int Pid)
{
    public string Service => Unit.Split('/')[0];

    /// <summary>Reads a line of the file of starts.</summary>
    public static UnitStart Parse(string line) => line.Split(' ') is [var unit, "alone" or "beside", var machine, var pid]
        ? new(unit, line.Split(' ')[1] == "alone", machine, int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture))
        : throw new InvalidDataException($"'{line}' is no start of a unit");
}
