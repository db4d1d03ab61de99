namespace StateServer.Chaos.Networks;

/// <summary>
/// A switch in this program: it reads each member's packets from its interface and hands them on to the receiver's. Between
/// members the conditions of <see cref="Traffic"/> apply; what goes to and from the runner's own clients always passes.
/// </summary>
internal sealed class NetworkSwitch : IDisposable
{
    private const int LongestPacket = 65_536;
    private const int LookForStopMilliseconds = 100;
    private const byte RunnersLastByte = 254;

    private readonly TunDevice[] _members;
    private readonly TunDevice _runner;
    private readonly Thread[] _threads;
    private volatile bool _stopped;

    /// <param name="members">The members' interfaces, by slot; member k has the address that ends in k + 1.</param>
    /// <param name="runner">The runner's own, whose address ends in 254.</param>
    /// <param name="seed">For packets lost, doubled and held back.</param>
    public NetworkSwitch(IReadOnlyList<TunDevice> members, TunDevice runner, int seed)
    {
        _members = [.. members];
        _runner = runner;
        Traffic = new LinkTraffic(members.Count, seed);
        _threads = [.. Enumerable.Range(0, members.Count + 1).Select(port => new Thread(() => Pump(port)) { IsBackground = true, Name = $"switch port {port}" })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    public LinkTraffic Traffic { get; }

    /// <summary>The slot that an IPv4 packet is for; the number of members for the runner; -1 for what isn't forwarded.</summary>
    public static int PortOf(ReadOnlySpan<byte> packet, int members) =>
        packet.Length < 20 || packet[0] >> 4 != 4 ? -1
        : packet[19] == RunnersLastByte ? members
        : packet[19] >= 1 && packet[19] <= members ? packet[19] - 1
        : -1;

    public void Dispose()
    {
        _stopped = true;
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        Traffic.Dispose();
        foreach (TunDevice member in _members)
        {
            member.Dispose();
        }

        _runner.Dispose();
    }

    private void Pump(int port)
    {
        TunDevice from = port < _members.Length ? _members[port] : _runner;
        Action<byte[]>[] later = [.. _members.Select(device => new Action<byte[]>(packet => device.Write(packet)))];
        Action<ReadOnlySpan<byte>>[] now = [.. _members.Select(device => new Action<ReadOnlySpan<byte>>(device.Write))];
        var buffer = new byte[LongestPacket];
        while (!_stopped)
        {
            int length = from.Read(buffer, LookForStopMilliseconds);
            ReadOnlySpan<byte> packet = buffer.AsSpan(0, length);
            int to = PortOf(packet, _members.Length);
            if (to == _members.Length && to != port)
            {
                _runner.Write(packet);
            }
            else if (to >= 0 && port == _members.Length)
            {
                _members[to].Write(packet);
            }
            else if (to >= 0 && to != port)
            {
                Traffic.Forward(port, to, packet, later[to], now[to]);
            }
        }
    }
}
