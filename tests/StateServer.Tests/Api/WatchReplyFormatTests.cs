using StateServer.Api.Etcd;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.Watching;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

/// <summary>What is written by hand is what the generated code would have written, however large the numbers are.</summary>
public sealed class WatchReplyFormatTests
{
    private static readonly Wire.ResponseHeader Largest =
        new() { ClusterId = ulong.MaxValue, MemberId = ulong.MaxValue, Revision = long.MaxValue, RaftTerm = ulong.MaxValue };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1L << 42)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Numbers_of_any_size_are_written(long number)
    {
        var header = Largest.Clone();
        header.Revision = number;
        Check(new WatchMessage(WatchMessageKind.Created, number, number), new() { Header = header, WatchId = number, Created = true });
        Check(new WatchMessage(WatchMessageKind.Progress, number, number), new() { Header = header, WatchId = number });
        Check(new WatchMessage(WatchMessageKind.Cancelled, number, number), new() { Header = header, WatchId = number, Canceled = true });
    }

    [Fact]
    public void Refusals_and_compactions_are_written()
    {
        var reason = new string('\u00e4', 300);
        Check(
            new WatchMessage(WatchMessageKind.Refused, -1, long.MaxValue, reason),
            new() { Header = Largest, WatchId = -1, Created = true, Canceled = true, CancelReason = reason });
        var header = Largest.Clone();
        header.Revision = 0;
        Check(
            new WatchMessage(WatchMessageKind.Compacted, -1, long.MaxValue),
            new() { Header = header, WatchId = -1, Canceled = true, CompactRevision = long.MaxValue, Fragment = true },
            isFragment: true);
    }

    private static void Check(WatchMessage message, Wire.WatchResponse expected, bool isFragment = false)
    {
        var reply = new WatchReply { Message = message, IsFragment = isFragment };
        reply.Header.MergeFrom(new Wire.ResponseHeader { ClusterId = ulong.MaxValue, MemberId = ulong.MaxValue, RaftTerm = ulong.MaxValue });
        var context = new ByteContext();
        WatchReplyFormat.Marshaller.ContextualSerializer(reply, context);
        Assert.Equal(expected, Wire.WatchResponse.Parser.ParseFrom(context.Bytes));
        Assert.Equal(context.Bytes.Length, reply.SizeBytes);
    }
}
