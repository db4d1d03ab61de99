using System.Net;
using System.Net.Sockets;

namespace StateServer.Scenarios.Placement;

/// <summary>One client's connection to a member, by way of the test. While it is cut, nothing goes through, and neither end is told.</summary>
internal sealed class MemberLink : IDisposable
{
    private readonly Socket _client;
    private readonly Socket _member = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MemberLink(Socket client)
    {
        _client = client;
        _whole.SetResult();
        ClientPort = ((IPEndPoint)client.RemoteEndPoint!).Port;
        DialledPort = ((IPEndPoint)client.LocalEndPoint!).Port;
    }

    /// <summary>The client's port.</summary>
    public int ClientPort { get; }

    /// <summary>The port that the client dialled.</summary>
    public int DialledPort { get; }

    /// <summary>Lets nothing through from now on.</summary>
    public void Cut() => Interlocked.Exchange(ref _whole, new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Lets through what waited, as a network does that lost packets for a while.</summary>
    public void Heal() => Volatile.Read(ref _whole).TrySetResult();

    /// <summary>Carries bytes both ways until either end closes.</summary>
    public async Task RunAsync(EndPoint member)
    {
        using (this)
        {
            try
            {
                _client.NoDelay = true;
                await _member.ConnectAsync(member);
                await Task.WhenAny(CarryAsync(_client, _member), CarryAsync(_member, _client));
                await Volatile.Read(ref _whole).Task;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The member is down, or the test is over: the client sees its connection end.
            }
        }
    }

    public void Dispose()
    {
        Heal();
        _client.Dispose();
        _member.Dispose();
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                await Volatile.Read(ref _whole).Task;
                for (int sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either end is gone.
        }
    }
}
