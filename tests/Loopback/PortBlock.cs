using System.Net;
using System.Net.Sockets;

namespace StateServer.Loopback;

/// <summary>
/// A block of ports on 127.0.0.1 that no other test of this machine uses: held by a locked file, which the kernel lets go when
/// the process ends, and probed by binding. Compiled into every test project that needs ports. A port asked of the kernel (0)
/// and closed again is no such thing: it lies where outgoing connections get theirs, and anyone's may sit on it a moment later.
/// </summary>
internal sealed class PortBlock : IDisposable
{
    /// <summary>Ports in a block.</summary>
    public const int Size = 100;

    /// <summary>Below the range the kernel takes outgoing ports from (32768 on, ip(7)).</summary>
    private const int Lowest = 10_000, Blocks = 220;

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "stateserver-test-ports");

    private readonly FileStream _hold;

    private PortBlock(int first, FileStream hold) => (First, _hold) = (first, hold);

    /// <summary>The first port; it and the 99 behind it are ours until disposal.</summary>
    public int First { get; }

    /// <summary>Takes a free block, beginning the search at a place of chance.</summary>
    /// <param name="needed">How many ports from the first on must be free now, 1 to 100.</param>
    public static PortBlock Take(int needed = Size)
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

            if (Enumerable.Range(first, needed).All(IsFree))
            {
                return new PortBlock(first, hold);
            }

            hold.Dispose();
        }

        throw new InvalidOperationException($"no free block of {Size} ports from {Lowest} on; {Folder} holds a locked file for each that is taken");
    }

    /// <summary>Takes two blocks side by side, for what has ports a hundred above its own; the lower one first.</summary>
    public static (PortBlock Lower, PortBlock Upper) TakeTwo()
    {
        for (int attempt = 0; attempt < Blocks; attempt++)
        {
            PortBlock lower = Take();
            if (lower.First + Size < Lowest + (Blocks * Size)
                && TryHold(lower.First + Size) is { } hold)
            {
                if (Enumerable.Range(lower.First + Size, Size).All(IsFree))
                {
                    return (lower, new PortBlock(lower.First + Size, hold));
                }

                hold.Dispose();
            }

            lower.Dispose();
        }

        throw new InvalidOperationException($"no two free blocks of {Size} ports side by side from {Lowest} on");
    }

    public void Dispose() => _hold.Dispose();

    private static FileStream? TryHold(int first)
    {
        try
        {
            return new FileStream(
                Path.Combine(Folder, $"{first}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process has it, or another user made it.
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
