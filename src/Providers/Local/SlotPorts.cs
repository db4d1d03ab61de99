using System.Net;

namespace StateServer.Providers.Local;

/// <summary>The three ports of the local machine or member in one slot, all on 127.0.0.1.</summary>
/// <param name="Client">gRPC for clients: base + 10 × slot.</param>
/// <param name="Peer">gRPC for peers: one above.</param>
/// <param name="Http">HTTP/1.1 for health and metrics: two above.</param>
public readonly record struct SlotPorts(int Client, int Peer, int Http)
{
    private const int Stride = 10;
    private const int Highest = 65535;

    /// <summary>The ports of one slot.</summary>
    /// <param name="basePort">The first slot's client port.</param>
    /// <param name="slot">The slot, from 0.</param>
    public static SlotPorts Of(int basePort, int slot)
    {
        int client = basePort + (Stride * slot);
        return new SlotPorts(client, client + 1, client + 2);
    }

    /// <summary>The highest base port that leaves room for so many slots.</summary>
    public static int HighestBase(int slots) => Highest - (Stride * (slots - 1)) - 2;

    /// <summary>The client's address, as etcdctl takes it.</summary>
    public string ClientAddress => $"127.0.0.1:{Client}";

    /// <summary>The peer's address.</summary>
    public string PeerAddress => $"127.0.0.1:{Peer}";

    /// <summary>The HTTP address.</summary>
    public string HttpAddress => $"127.0.0.1:{Http}";

    /// <summary>Why one of the ports can't be opened, one line each.</summary>
    public IEnumerable<string> Errors()
    {
        foreach (int port in new[] { Client, Peer, Http })
        {
            if (PortProbe.Error(new IPEndPoint(IPAddress.Loopback, port)) is { } error)
            {
                yield return error;
            }
        }
    }
}
