using System.Net;
using System.Net.Sockets;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>Finds ports on 127.0.0.1 that are free now.</summary>
internal static class LoopbackPort
{
    internal static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
