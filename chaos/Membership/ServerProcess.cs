using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Membership;

/// <summary>One state server's process, as its command line tells.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Client">host:port for clients.</param>
/// <param name="Folder">Its data.</param>
/// <param name="IsMachine">True where the provider launched it.</param>
internal sealed record ServerProcess(int Pid, string Client, string Folder, bool IsMachine)
{
    /// <summary>The machine's number: a launched one's folder is called by environment, incarnation, machine and attempt; the first one's is 0.</summary>
    public string Machine => IsMachine ? Path.GetFileName(Folder).Split('-')[^2] : "0";

    /// <summary>The number of the attempt that launched its machine; the first one's is 1.</summary>
    public int Attempt => IsMachine ? int.Parse(Path.GetFileName(Folder).Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture) : 1;

    /// <summary>What it prints; a copy of a machine's disk goes on with the machine's log.</summary>
    public string LogFile => Path.Combine(Folder, "machine.log") is var log && (IsMachine || File.Exists(log)) ? log : Path.Combine(Path.GetDirectoryName(Folder)!, "server.log");

    /// <summary>Reads a process's command line.</summary>
    /// <returns>Null where it is no state server below a folder.</returns>
    public static ServerProcess? Find(int pid, string below)
    {
        string[] words = ProcessProof.WordsOf(pid);
        if (!words.Take(3).Contains("server") || ProcessProof.WordBehind(words, "--data-dir") is not { } folder || ProcessProof.WordBehind(words, "--listen-client") is not { } client)
        {
            return null;
        }

        return folder.StartsWith(below + "/", StringComparison.Ordinal) && ProcessProof.StartOf(pid) is not null
            ? new ServerProcess(pid, client, folder, Path.GetFileName(Path.GetDirectoryName(folder)) == "machines")
            : null;
    }
}
