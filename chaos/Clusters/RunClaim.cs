using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>
/// The list, in a file, of what a run makes outside its folder: processes, mounts, namespaces. A run that was killed leaves its
/// list behind, and the next one undoes what is on it. Thread-safe.
/// </summary>
internal sealed class RunClaim : IDisposable
{
    /// <summary>How the namespaces of all runs begin.</summary>
    public const string NamespacePrefix = "sschaos";

    private readonly Lock _gate = new();
    private readonly string _file;

    private RunClaim(string file) => _file = file;

    /// <summary>Where the lists are.</summary>
    public static string DefaultFolder => Path.Combine(Path.GetTempPath(), "stateserver-chaos", "claims");

    /// <summary>Begins this process's list.</summary>
    public static RunClaim Take(string folder)
    {
        Directory.CreateDirectory(folder);
        int self = Environment.ProcessId;
        var claim = new RunClaim(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{self}-{Guid.NewGuid():N}")));
        claim.Note($"runner {self} {ProcessProof.StartOf(self)} {ProcessProof.Boot}");
        return claim;
    }

    /// <summary>Undoes what dead runs left: their processes (proven by start time), mounts and namespaces. Live runs are left alone.</summary>
    /// <returns>What was undone, a line each.</returns>
    public static IReadOnlyList<string> Sweep(string folder)
    {
        var undone = new List<string>();
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.EnumerateFiles(folder))
            {
                SweepOne(file, undone);
            }
        }

        return undone;
    }

    public void NoteProcess(int pid)
    {
        if (ProcessProof.StartOf(pid) is { } start)
        {
            Note($"process {pid} {start}");
        }
    }

    /// <summary>State servers whose data are below a folder: a cluster that heals itself starts more of them after its runner's death.</summary>
    public void NoteServers(string folder) => Note($"servers {folder}");

    public void NoteMount(string path) => Note($"mount {path}");

    public void NoteNamespace(string name) => Note($"namespace {name}");

    /// <summary>Everything was undone by the run itself.</summary>
    public void Dispose() => File.Delete(_file);

    private static void SweepOne(string file, List<string> undone)
    {
        string[][] lines;
        try
        {
            lines = [.. File.ReadAllLines(file).Select(l => l.Split(' '))];
        }
        catch (IOException)
        {
            return; // Its run ended just now.
        }

        if (lines is not [["runner", var pid, var start, var boot], ..])
        {
            return;
        }

        if (boot == ProcessProof.Boot)
        {
            if (IsAlive(pid, start))
            {
                return;
            }

            EndProcesses(lines, undone);
            EndServers(lines, undone);
            foreach (string[] line in lines.Reverse())
            {
                if (line is ["mount", ..] && ExternalTool.Try("umount", "-l", string.Join(' ', line.Skip(1)))
                    || line is ["namespace", var name] && name.StartsWith(NamespacePrefix, StringComparison.Ordinal) && ExternalTool.Try("ip", "netns", "del", name))
                {
                    undone.Add(string.Join(' ', line));
                }
            }
        }

        File.Delete(file);
    }

    private static void EndProcesses(string[][] lines, List<string> undone)
    {
        foreach (string[] line in lines.Where(l => l is ["process", _, _]))
        {
            if (IsAlive(line[1], line[2]) && Signals.Send(int.Parse(line[1], CultureInfo.InvariantCulture), Signals.Kill))
            {
                undone.Add($"process {line[1]}");
            }
        }
    }

    /// <summary>Told by their own command lines. Twice: one may have launched another while it was looked for.</summary>
    private static void EndServers(string[][] lines, List<string> undone)
    {
        foreach (string folder in lines.Where(line => line is ["servers", ..]).Select(line => string.Join(' ', line.Skip(1)) + "/"))
        {
            for (int look = 0; look < 2; look++)
            {
                foreach (int pid in ProcessProof.All().Where(pid => ProcessProof.WordBehind(ProcessProof.WordsOf(pid), "--data-dir")?.StartsWith(folder, StringComparison.Ordinal) == true))
                {
                    if (Signals.Send(pid, Signals.Kill) && look == 0)
                    {
                        undone.Add($"process {pid}");
                    }
                }
            }
        }
    }

    private static bool IsAlive(string pid, string start) =>
        int.TryParse(pid, CultureInfo.InvariantCulture, out int number)
        && ProcessProof.StartOf(number) is { } began
        && began.ToString(CultureInfo.InvariantCulture) == start;

    private void Note(FormattableString line)
    {
        lock (_gate)
        {
            File.AppendAllText(_file, line.ToString(CultureInfo.InvariantCulture) + "\n");
        }
    }
}
