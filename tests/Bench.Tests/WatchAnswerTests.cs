using Google.Protobuf;
using StateServer.Bench.Watches;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Tests;

/// <summary>Against the generated code, which reads the same and more.</summary>
public sealed class WatchAnswerTests
{
    [Fact]
    public void The_head_and_the_events_are_read()
    {
        WatchResponse response = new()
        {
            Header = new ResponseHeader { ClusterId = ulong.MaxValue, MemberId = 1, Revision = 7, RaftTerm = 2 },
            WatchId = 3,
            Events =
            {
                new Event { Kv = Pair("a", version: 1, value: "one"), PrevKv = Pair("a", version: 9, value: "before") },
                new Event { Type = Event.Types.EventType.Delete, Kv = new KeyValue { Key = ByteString.CopyFromUtf8("b"), ModRevision = 7 } },
                new Event { Kv = Pair("c", version: 300, value: "") },
            },
        };
        WatchAnswer answer = new(response.ToByteArray());
        Assert.Equal((3, false, false), (answer.WatchId, answer.Created, answer.Canceled));
        Assert.True(answer.MoveNext());
        Assert.Equal(1, answer.Version);
        Assert.Equal("one"u8, answer.Value);
        Assert.True(answer.MoveNext());
        Assert.Equal((0, 0), (answer.Version, answer.Value.Length));
        Assert.True(answer.MoveNext());
        Assert.Equal((300, 0), (answer.Version, answer.Value.Length));
        Assert.False(answer.MoveNext());
    }

    [Fact]
    public void A_creation_and_a_cancellation_are_told_apart()
    {
        WatchAnswer created = new(new WatchResponse { WatchId = 1, Created = true }.ToByteArray());
        Assert.Equal((1, true, false, null), (created.WatchId, created.Created, created.Canceled, created.Reason));
        WatchAnswer canceled = new(new WatchResponse { Canceled = true, CancelReason = "why" }.ToByteArray());
        Assert.Equal((false, true, "why"), (canceled.Created, canceled.Canceled, canceled.Reason));
    }

    [Fact]
    public void What_is_cut_off_is_refused()
    {
        byte[] whole = new WatchResponse { WatchId = 300, CancelReason = "reason" }.ToByteArray();
        for (int length = 1; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];

            // Between the two fields it is whole, as far as anyone can tell.
            if (length != 3)
            {
                Assert.Throws<InvalidDataException>(() => _ = new WatchAnswer(cut).WatchId);
            }
        }
    }

    private static KeyValue Pair(string key, long version, string value) => new()
    {
        Key = ByteString.CopyFromUtf8(key),
        CreateRevision = 5,
        ModRevision = 7,
        Version = version,
        Value = ByteString.CopyFromUtf8(value),
        Lease = -1,
    };
}
