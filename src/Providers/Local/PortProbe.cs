using System.Net;
using System.Net.Sockets;

namespace StateServer.Providers.Local;

/// <summary>Looks whether a port can be opened, by opening it for an instant.</summary>
public static class PortProbe
{
    /// <summary>Null, or why a port can't be opened, in one line. Thread-safe.</summary>
    public static string? Error(IPEndPoint address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(address);
            socket.Listen(1);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{address} is taken by another process; stop it, or give another port",
                SocketError.AddressNotAvailable => $"{address} is no address of this machine; give one that is",
                SocketError.AccessDenied => $"{address} may not be opened by this user; give a port above 1023",
                _ => $"{address} can't be opened: {exception.Message}",
            };
        }
    }
}
