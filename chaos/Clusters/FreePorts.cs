using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace StateServer.Chaos.Clusters;

/// <summary>Ports nobody listens on, below the range that outgoing connections are given.</summary>
internal static class FreePorts
{
    /// <summary>The first of a block of ports, of each ten of which the first three are free.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static int Block(int ports)
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            int start = 12000 + (10 * RandomNumberGenerator.GetInt32(1800));
            if (Enumerable.Range(0, ports).All(offset => offset % 10 > 2 || IsFree(start + offset)))
            {
                return start;
            }
        }

        throw new InvalidOperationException("no free block of ports between 12000 and 30000");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
