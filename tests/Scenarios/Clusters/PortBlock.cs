using System.Net;
using System.Net.Sockets;

namespace StateServer.Scenarios.Clusters;

/// <summary>A block of 100 ports on 127.0.0.1 that no other test of this machine uses: probed by binding, held by a locked file.</summary>
internal sealed class PortBlock : IDisposable
{
    private const int Size = 100;

    /// <summary>Below the range the kernel takes outgoing ports from (32768), or a connection of anyone's could sit on one.</summary>
    private const int Lowest = 10_000, Blocks = 220;

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "stateserver-scenarios-ports");

    private readonly FileStream _hold;

    private PortBlock(int first, FileStream hold) => (First, _hold) = (first, hold);

    /// <summary>The first port; it and the 99 behind it are ours.</summary>
    public int First { get; }

    /// <summary>Takes a free block, beginning the search at a place of chance.</summary>
    public static PortBlock Take()
    {
        Directory.CreateDirectory(Folder);
        int begin = Random.Shared.Next(Blocks);
        for (int i = 0; i < Blocks; i++)
        {
            int first = Lowest + ((begin + i) % Blocks * Size);
            if (TryHold(first) is not { } hold)
            {
                continue;
            }

            if (Enumerable.Range(first, 73).All(IsFree))
            {
                return new PortBlock(first, hold);
            }

            hold.Dispose();
        }

        throw new InvalidOperationException($"no free block of {Size} ports from {Lowest} on");
    }

    public void Dispose() => _hold.Dispose();

    private static FileStream? TryHold(int first)
    {
        try
        {
            return new FileStream(
                Path.Combine(Folder, $"{first}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
