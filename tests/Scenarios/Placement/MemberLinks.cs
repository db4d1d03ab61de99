using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StateServer.Scenarios.Placement;

/// <summary>The ways to a cluster's members that its clients are told of: through here, where one process's network can be cut. Thread-safe.</summary>
internal sealed class MemberLinks : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<MemberLink> _links = [];
    private readonly TcpListener[] _listeners;
    private int? _cutOff;

    /// <param name="members">host:port of each member, by slot.</param>
    public MemberLinks(IReadOnlyList<string> members)
    {
        _listeners = [.. members.Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        for (int slot = 0; slot < members.Count; slot++)
        {
            _listeners[slot].Start();
            _ = AcceptAsync(_listeners[slot], IPEndPoint.Parse(members[slot]));
        }
    }

    /// <summary>What clients dial to reach a member.</summary>
    public string UrlOf(int slot) => string.Create(
        CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listeners[slot].LocalEndpoint).Port}");

    /// <summary>Cuts a process off from all members; its new connections too.</summary>
    public void Cut(int pid)
    {
        lock (_gate)
        {
            _cutOff = pid;
            _links.ForEach(CutIfItsOwn);
        }
    }

    /// <summary>Heals what was cut.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _cutOff = null;
            _links.ForEach(link => link.Heal());
        }
    }

    public void Dispose()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        lock (_gate)
        {
            _links.ForEach(link => link.Dispose());
        }
    }

    private async Task AcceptAsync(TcpListener listener, EndPoint member)
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(new MemberLink(await listener.AcceptSocketAsync()), member);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(MemberLink link, EndPoint member)
    {
        lock (_gate)
        {
            _links.Add(link);
            CutIfItsOwn(link);
        }

        await link.RunAsync(member);
        lock (_gate)
        {
            _links.Remove(link);
        }
    }

    private void CutIfItsOwn(MemberLink link)
    {
        if (_cutOff is { } pid && SocketOwner.Has(pid, link.ClientPort, link.DialledPort))
        {
            link.Cut();
        }
    }
}
