using System.Globalization;
using System.Text;

namespace StateServer.Providers.Local;

/// <summary>
/// The mark that all processes of a machine carry: an environment variable with the machine's folder, which children inherit.
/// So what a machine started is found when the machine ends, also where its own process is gone. What clears its environment is
/// not found.
/// </summary>
public static class MachineMark
{
    /// <summary>The variable's name.</summary>
    public const string Variable = "STATESERVER_LOCAL_MACHINE";

    /// <summary>The living processes that carry a folder's mark, oldest first; those of other users are not seen.</summary>
    internal static IReadOnlyList<ProcessProof> Bearers(string folder)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"{Variable}={folder}\0");
        List<ProcessProof> bearers = [];
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && Carries(pid, mark) && ProcessProof.Observe(pid) is { } proof)
            {
                bearers.Add(proof);
            }
        }

        return [.. bearers.OrderBy(b => b.StartTicks).ThenBy(b => b.Pid)];
    }

    /// <summary>True where the process that has this number now carries the mark.</summary>
    internal static bool Carries(int pid, string folder) => Carries(pid, Encoding.UTF8.GetBytes($"{Variable}={folder}\0"));

    private static bool Carries(int pid, byte[] mark)
    {
        try
        {
            ReadOnlySpan<byte> environment = File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"));
            int at = environment.IndexOf(mark);
            return at == 0 || (at > 0 && environment[at - 1] == 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended, or is another user's.
            return false;
        }
    }
}
