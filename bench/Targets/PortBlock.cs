using System.Net;
using System.Net.Sockets;

namespace StateServer.Bench.Targets;

/// <summary>Finds ports on the loopback address that nobody listens on.</summary>
internal static class PortBlock
{
    /// <summary>Below Linux's ephemeral ports (32768 on), so that no outgoing connection takes one meanwhile.</summary>
    private const int Highest = 32_000;
    private const int Lowest = 20_000;
    private const int Attempts = 200;

    /// <summary>The first of <paramref name="count"/> consecutive free ports.</summary>
    /// <exception cref="TargetFailedException">None was found.</exception>
    public static int Find(int count)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            int first = Random.Shared.Next(Lowest, Highest - count);
            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }
        throw new TargetFailedException($"no {count} consecutive free ports between {Lowest} and {Highest} on 127.0.0.1");
    }

    private static bool IsFree(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
