using System.Globalization;

namespace StateServer.Scenarios.Placement;

/// <summary>Whose a connection over the loopback interface is, as /proc tells: net/tcp and net/tcp6 name a socket's inode, PID/fd who has it (proc(5)).</summary>
internal static class SocketOwner
{
    /// <summary>The kernel's tables are read a page at a time while they change, so that a line may be missed; hardly three times.</summary>
    private const int Looks = 3;

    /// <summary>Whether a process has the socket of a connection from one port to another.</summary>
    public static bool Has(int pid, int fromPort, int toPort) =>
        Enumerable.Range(0, Looks).Any(_ => Inodes(fromPort, toPort).Intersect(InodesOf(pid)).Any());

    private static IEnumerable<string> Inodes(int fromPort, int toPort) => ((string[])["/proc/net/tcp", "/proc/net/tcp6"])
        .Where(File.Exists)
        .SelectMany(File.ReadAllLines)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length > 9 && EndsWith(fields[1], fromPort) && EndsWith(fields[2], toPort))
        .Select(fields => $"socket:[{fields[9]}]");

    private static bool EndsWith(string address, int port) =>
        address.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal);

    private static HashSet<string> InodesOf(int pid)
    {
        try
        {
            return [.. new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos().Select(file => file.LinkTarget).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
