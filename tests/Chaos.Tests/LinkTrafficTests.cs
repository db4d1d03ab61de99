using StateServer.Chaos.Networks;

namespace StateServer.Chaos.Tests;

public sealed class LinkTrafficTests : IDisposable
{
    private const int Packets = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly LinkTraffic _traffic = new(3, 1);
    private readonly List<int> _arrived = [];

    public void Dispose() => _traffic.Dispose();

    [Fact]
    public void Undisturbed_packets_arrive_at_once_and_in_order()
    {
        Send();
        Assert.Equal(Enumerable.Range(0, Packets), _arrived);
        Assert.False(_traffic.IsDisturbed);
    }

    [Fact]
    public void A_cut_holds_one_way_and_until_it_is_lifted()
    {
        _traffic.Apply([(0, 1)], LinkCondition.Cut);
        Send();
        Assert.Empty(_arrived);
        Assert.Equal(Packets, _traffic.Counts.Dropped);
        Assert.True(_traffic.IsDisturbed);
        Send(1, 0);
        Assert.Equal(Packets, _arrived.Count);
        _traffic.Clear();
        Send();
        Assert.Equal(2 * Packets, _arrived.Count);
    }

    [Fact]
    public void Lost_packets_are_a_share()
    {
        _traffic.Apply([(0, 1)], new LinkCondition { Loss = 0.3 });
        Send();
        Assert.InRange(_arrived.Count, 600, 800);
        Assert.Equal(Packets - _arrived.Count, _traffic.Counts.Dropped);
    }

    [Fact]
    public void Delayed_packets_keep_their_order_even_when_the_delay_ends()
    {
        _traffic.Apply([(0, 1)], new LinkCondition { Delay = TimeSpan.FromMilliseconds(100) });
        Send(count: Packets / 2);
        Assert.Empty(Snapshot());
        _traffic.Clear();
        Send(first: Packets / 2, count: Packets / 2);
        WaitFor(Packets);
        Assert.Equal(Enumerable.Range(0, Packets), Snapshot());
    }

    [Fact]
    public void Doubled_packets_arrive_twice()
    {
        _traffic.Apply([(0, 1)], new LinkCondition { Duplicates = 0.5, Scatter = TimeSpan.FromMilliseconds(5) });
        Send();
        WaitFor(Packets + (int)_traffic.Counts.Duplicated);
        Assert.InRange(_traffic.Counts.Duplicated, 400, 600);
        Assert.Equal(Packets, Snapshot().Distinct().Count());
    }

    [Fact]
    public void Held_back_packets_are_overtaken_and_none_is_lost()
    {
        _traffic.Apply([(0, 1)], new LinkCondition { Reordered = 0.3, Scatter = TimeSpan.FromMilliseconds(30) });
        Send();
        WaitFor(Packets);
        Assert.NotEqual(Enumerable.Range(0, Packets), Snapshot());
        Assert.Equal(Enumerable.Range(0, Packets), Snapshot().Order());
        Assert.InRange(_traffic.Counts.Reordered, 200, 400);
    }

    [Theory]
    [InlineData(4, 3, 2)]
    [InlineData(4, 254, 3)]
    [InlineData(4, 4, -1)]
    [InlineData(4, 0, -1)]
    [InlineData(6, 1, -1)]
    public void A_packet_goes_to_whom_its_address_names(int version, byte last, int port)
    {
        var packet = new byte[40];
        packet[0] = (byte)(version << 4);
        packet[19] = last;
        Assert.Equal(port, NetworkSwitch.PortOf(packet, 3));
        Assert.Equal(-1, NetworkSwitch.PortOf(packet.AsSpan(0, 10), 3));
    }

    private void Send(int from = 0, int to = 1, int first = 0, int count = Packets)
    {
        for (int i = first; i < first + count; i++)
        {
            _traffic.Forward(from, to, BitConverter.GetBytes(i), Arrive, packet => Arrive(packet.ToArray()));
        }
    }

    private void Arrive(byte[] packet)
    {
        lock (_arrived)
        {
            _arrived.Add(BitConverter.ToInt32(packet));
        }
    }

    private int[] Snapshot()
    {
        lock (_arrived)
        {
            return [.. _arrived];
        }
    }

    private void WaitFor(int count) => Assert.True(SpinWait.SpinUntil(() => Snapshot().Length >= count, Limit), "not all packets arrived");
}
