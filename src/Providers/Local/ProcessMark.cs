using System.Globalization;
using System.Text;

namespace StateServer.Providers.Local;

/// <summary>
/// A variable that processes were started with in their environment (/proc/PID/environ, proc(5)) and that their children inherit:
/// so what a process started is found wherever it went, also when that process is gone, and no stranger is. What clears its
/// environment is not found.
/// </summary>
/// <param name="variable">The variable's name.</param>
/// <param name="value">Its value, which nothing else has.</param>
public sealed class ProcessMark(string variable, string value)
{
    private readonly byte[] _mark = Encoding.UTF8.GetBytes($"{variable}={value}\0");

    /// <summary>The living processes that carry it, oldest first; those of other users are not seen.</summary>
    public IReadOnlyList<ProcessProof> Bearers()
    {
        List<ProcessProof> bearers = [];
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && IsCarriedBy(pid) && ProcessProof.Observe(pid) is { } proof)
            {
                bearers.Add(proof);
            }
        }

        return [.. bearers.OrderBy(b => b.StartTicks).ThenBy(b => b.Pid)];
    }

    /// <summary>True where the process that has this number now carries it.</summary>
    public bool IsCarriedBy(int pid)
    {
        try
        {
            ReadOnlySpan<byte> environment = File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"));
            int at = environment.IndexOf(_mark);
            return at == 0 || (at > 0 && environment[at - 1] == 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended, or is another user's.
            return false;
        }
    }
}
