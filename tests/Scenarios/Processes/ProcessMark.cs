using System.Globalization;

namespace StateServer.Scenarios.Processes;

/// <summary>Names one process for ever, as part of a file's name: a pid is used again, a pid with its start time is not while the machine runs, and the boot id tells one run of the machine from the next.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">Field 22 of /proc/PID/stat (proc(5)).</param>
/// <param name="Boot">The first eight letters of the machine's boot id.</param>
internal sealed record ProcessMark(int Pid, long StartTicks, string Boot)
{
    /// <summary>The whole boot id.</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public static ProcessMark OfThisProcess() => Of(Environment.ProcessId)!;

    /// <summary>The mark of the process that has this number now; null where there is none.</summary>
    public static ProcessMark? Of(int pid) => LiveProcess.StatFields(pid) is { Length: > 19 } fields
        ? new ProcessMark(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), BootId[..8])
        : null;

    /// <summary>Reads a mark off the beginning of a name; null where there is none.</summary>
    public static ProcessMark? TryParse(string name) =>
        name.Split('-') is [var pid, var start, { Length: 8 } boot, ..]
        && int.TryParse(pid, CultureInfo.InvariantCulture, out int number)
        && long.TryParse(start, CultureInfo.InvariantCulture, out long ticks)
            ? new ProcessMark(number, ticks, boot)
            : null;

    /// <summary>Whether this very process still lives.</summary>
    public bool IsAlive => LiveProcess.IsAlive(Pid) && Of(Pid) == this;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid}-{StartTicks}-{Boot}");
}
