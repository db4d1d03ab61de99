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
/// <param name="execPatience">How long a process may be between its old program and its new one before it is taken for one that carries
/// nothing; two seconds where nothing is said. An exec takes less than a millisecond, on a loaded machine some.</param>
public sealed class ProcessMark(string variable, string value, TimeSpan? execPatience = null)
{
    /// <summary>So many looks tell a program without an environment from one whose environment is just being shown.</summary>
    private const int LooksAtNamed = 3;

    private readonly TimeSpan _execPatience = execPatience ?? TimeSpan.FromSeconds(2);
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

    /// <summary>
    /// True where the process that has this number now carries it. A process in the middle of an exec shows no environment for a
    /// moment: it is looked at again, or what it becomes would be overlooked.
    /// </summary>
    public bool IsCarriedBy(int pid)
    {
        long started = TimeProvider.System.GetTimestamp();
        var pause = new SpinWait();
        int named = 0;
        while (true)
        {
            try
            {
                byte[] environment = Of(pid, "environ");
                if (environment.Length > 0)
                {
                    return Holds(environment);
                }

                // The arguments, which no program is without, are shown a moment before the environment is.
                named += Of(pid, "cmdline").Length > 0 ? 1 : 0;
                if (named >= LooksAtNamed || !ProcessProof.RunsProgram(pid) || TimeProvider.System.GetElapsedTime(started) >= _execPatience)
                {
                    return false;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended, or is another user's.
                return false;
            }

            pause.SpinOnce();
        }
    }

    private static byte[] Of(int pid, string file) => File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));

    private bool Holds(ReadOnlySpan<byte> environment)
    {
        for (int from = 0; environment[from..].IndexOf(_mark) is >= 0 and var at; from += at + 1)
        {
            if (from + at == 0 || environment[from + at - 1] == 0)
            {
                return true;
            }
        }

        return false;
    }
}
