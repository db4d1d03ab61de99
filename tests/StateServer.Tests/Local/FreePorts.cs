using System.Net;
using System.Net.Sockets;

namespace StateServer.StateServer.Tests.Local;

/// <summary>Ports that nobody had a moment ago.</summary>
internal static class FreePorts
{
    /// <summary>A port with so many slots of ten above it free.</summary>
    public static int Base(int slots)
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int port = Random.Shared.Next(20_000, 30_000);
            if (Enumerable.Range(0, slots).All(slot => IsFree(port + (10 * slot)) && IsFree(port + (10 * slot) + 1) && IsFree(port + (10 * slot) + 2)))
            {
                return port;
            }
        }

        throw new InvalidOperationException("no free ports");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
