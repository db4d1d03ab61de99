using Google.Protobuf;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Bench.Watches;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Tests;

public sealed class DeliveriesTests
{
    private readonly Deliveries _deliveries = new(watches: 2, writers: 1);
    private readonly LatencySamples _delays = new();

    [Fact]
    public void Every_version_once_and_in_order_is_right()
    {
        Deliver(watch: 0, PutStamp.Paced, 1, 2);
        Deliver(watch: 1, PutStamp.Paced, 1);
        Deliver(watch: 0, PutStamp.Paced, 3);
        _deliveries.ThrowIfWrong();
        Assert.Equal(4, _deliveries.Count);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(1, 2, 1)]
    public void A_version_missing_double_or_out_of_order_is_wrong(params int[] versions)
    {
        Deliver(watch: 0, PutStamp.Paced, versions);
        Assert.Throws<TargetFailedException>(_deliveries.ThrowIfWrong);
    }

    [Fact]
    public void A_put_has_arrived_when_all_its_watches_saw_it()
    {
        Task arrival = _deliveries.Expect(writer: 0, perKey: 2);
        Deliver(watch: 0, writer: 0, 1);
        Assert.False(arrival.IsCompleted);
        Deliver(watch: 1, PutStamp.Paced, 1);
        Assert.False(arrival.IsCompleted);
        Deliver(watch: 1, writer: 0, 2);
        Assert.True(arrival.IsCompleted);
        Assert.Equal(1, _delays.Count);
    }

    [Fact]
    public void The_delay_is_from_the_sending_to_the_arrival()
    {
        Deliver(watch: 0, PutStamp.Paced, 1);
        Assert.Equal([58], LatencySamples.Sorted([_delays]));
    }

    [Fact]
    public void Another_value_than_the_fan_outs_is_refused() =>
        Assert.Throws<InvalidDataException>(() => PutStamp.Read(new byte[Keys.ValueBytes - 1]));

    private void Deliver(int watch, int writer, params int[] versions)
    {
        byte[] value = new byte[Keys.ValueBytes];
        new PutStamp(Sent: 42, writer).Write(value);
        WatchResponse response = new();
        response.Events.AddRange(versions.Select(version =>
            new Event { Kv = new KeyValue { Version = version, Value = ByteString.CopyFrom(value) } }));
        WatchAnswer answer = new(response.ToByteArray());
        _deliveries.Add(watch, ref answer, received: 100, _delays);
    }
}
