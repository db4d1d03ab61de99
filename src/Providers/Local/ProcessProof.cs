using System.Globalization;
using System.Text.Json;

namespace StateServer.Providers.Local;

/// <summary>
/// Names one process for ever: a pid is used again, a pid with its start time is not while the machine runs, and the boot id
/// tells one run of the machine from the next.
/// </summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">Its start time, clock ticks since the machine's boot (field 22 of /proc/PID/stat, proc(5)).</param>
/// <param name="BootId">The machine's boot id.</param>
public sealed record ProcessProof(int Pid, long StartTicks, string BootId)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The proof of this process.</summary>
    public static ProcessProof OfThisProcess() => Observe(Environment.ProcessId)
        ?? throw new IOException("/proc/self/stat can't be read: StateServer needs Linux with /proc");

    /// <summary>The proof of the process that has this number now; null where there is none, or only a zombie.</summary>
    public static ProcessProof? Observe(int pid)
    {
        try
        {
            string[] fields = FieldsFromState(pid);
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessProof(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), BootIdNow());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>True where a process runs a program, or is about to: it is no thread of the kernel, no zombie, and has not begun to end.</summary>
    internal static bool RunsProgram(int pid)
    {
        try
        {
            // Field 9, the kernel's flags: PF_EXITING and PF_KTHREAD of linux/sched.h.
            const long Exiting = 0x4, OfTheKernel = 0x200000;
            string[] fields = FieldsFromState(pid);
            return fields[0] is not ("Z" or "X")
                && (long.Parse(fields[6], CultureInfo.InvariantCulture) & (Exiting | OfTheKernel)) == 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>Writes the proof, whole or not at all.</summary>
    public void Write(string path)
    {
        string staged = path + ".new";
        File.WriteAllText(staged, JsonSerializer.Serialize(this, Json) + "\n");
        File.Move(staged, path, overwrite: true);
    }

    /// <summary>Reads a proof; null where there is none, or none that can be read.</summary>
    public static ProcessProof? Read(string path)
    {
        try
        {
            ProcessProof? proof = JsonSerializer.Deserialize<ProcessProof>(File.ReadAllText(path), Json);
            return proof is { Pid: > 1, BootId.Length: > 0 } ? proof : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>/proc/PID/stat from the third field on: the second is the command in brackets, and may itself hold blanks and brackets.</summary>
    private static string[] FieldsFromState(int pid)
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string BootIdNow() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
