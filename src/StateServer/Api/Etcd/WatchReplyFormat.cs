using System.Buffers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Domain.Events;
using StateServer.Watching;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// Writes a <c>etcdserverpb.WatchResponse</c> as protobuf: what differs between watchers (the id) beside the events' bytes,
/// which were encoded once for all. Stateless.
/// </summary>
internal static class WatchReplyFormat
{
    /// <summary>The most that <see cref="WriteHead"/> writes: nine tags, two lengths, six numbers of ten bytes and three of one, rounded up.</summary>
    private const int MaxHeadBytes = 96;

    private static readonly uint EventsTag =
        WireFormat.MakeTag(Wire.WatchResponse.EventsFieldNumber, WireFormat.WireType.LengthDelimited);

    private static readonly Func<KeyEvent, bool, byte[]> Encode = EncodeEvent;

    /// <summary>The marshaller for the service; replies are only ever written.</summary>
    internal static Marshaller<WatchReply> Marshaller { get; } = Marshallers.Create<WatchReply>(
        Write, static _ => throw new NotSupportedException("a member reads no watch responses"));

    /// <summary>The bytes of one event of a message, its tag and length included.</summary>
    internal static ReadOnlySpan<byte> BytesOf(in WatchMessage message, int index) =>
        message.Batch!.Events[index].Encoded(message.WithPrevious, Encode);

    private static void Write(WatchReply reply, SerializationContext context)
    {
        var message = reply.Message;
        Span<byte> head = stackalloc byte[MaxHeadBytes];
        var reason = message.Reason is { } words ? Encoding.UTF8.GetBytes(words) : [];
        head = head[..WriteHead(head, reply, message, reason.Length)];
        var length = head.Length + reason.Length;
        for (var i = 0; i < reply.Events; i++)
        {
            length += BytesOf(message, reply.FirstEvent + i).Length;
        }

        reply.SizeBytes = length;
        context.SetPayloadLength(length);
        var writer = context.GetBufferWriter();
        writer.Write(head);
        writer.Write(reason);
        for (var i = 0; i < reply.Events; i++)
        {
            writer.Write(BytesOf(message, reply.FirstEvent + i));
        }

        context.Complete();
    }

    /// <summary>Everything but the events; at its end the tag and the length of the reason, where there is one. Allocates nothing.</summary>
    private static int WriteHead(Span<byte> head, WatchReply reply, in WatchMessage message, int reasonBytes)
    {
        var isCreated = message.Kind is WatchMessageKind.Created or WatchMessageKind.Refused;
        var isCanceled = message.Kind is WatchMessageKind.Refused or WatchMessageKind.Cancelled or WatchMessageKind.Compacted;
        var isCompacted = message.Kind == WatchMessageKind.Compacted;

        // The header's length is known behind it, and takes one byte: four numbers are no more than 44 bytes.
        var at = 2;
        at = WriteNumber(head, at, Wire.ResponseHeader.ClusterIdFieldNumber, (long)reply.Header.ClusterId);
        at = WriteNumber(head, at, Wire.ResponseHeader.MemberIdFieldNumber, (long)reply.Header.MemberId);
        at = WriteNumber(head, at, Wire.ResponseHeader.RevisionFieldNumber, isCompacted ? 0 : message.Revision);
        at = WriteNumber(head, at, Wire.ResponseHeader.RaftTermFieldNumber, (long)reply.Header.RaftTerm);
        head[0] = (byte)WireFormat.MakeTag(Wire.WatchResponse.HeaderFieldNumber, WireFormat.WireType.LengthDelimited);
        head[1] = (byte)(at - 2);

        at = WriteNumber(head, at, Wire.WatchResponse.WatchIdFieldNumber, message.Id);
        at = WriteNumber(head, at, Wire.WatchResponse.CreatedFieldNumber, isCreated ? 1 : 0);
        at = WriteNumber(head, at, Wire.WatchResponse.CanceledFieldNumber, isCanceled ? 1 : 0);
        at = WriteNumber(head, at, Wire.WatchResponse.CompactRevisionFieldNumber, isCompacted ? message.Revision : 0);
        at = WriteNumber(head, at, Wire.WatchResponse.FragmentFieldNumber, reply.IsFragment ? 1 : 0);
        if (reasonBytes > 0)
        {
            head[at++] = (byte)WireFormat.MakeTag(Wire.WatchResponse.CancelReasonFieldNumber, WireFormat.WireType.LengthDelimited);
            at = WriteVarint(head, at, (ulong)reasonBytes);
        }

        return at;
    }

    /// <summary>A field below 16, so that its tag is one byte. As proto3 has it: a zero is not written.</summary>
    private static int WriteNumber(Span<byte> head, int at, int field, long value)
    {
        if (value == 0)
        {
            return at;
        }

        head[at++] = (byte)WireFormat.MakeTag(field, WireFormat.WireType.Varint);
        return WriteVarint(head, at, (ulong)value);
    }

    /// <summary>Seven bits a byte, the lowest first; the highest bit says that more follow.</summary>
    private static int WriteVarint(Span<byte> head, int at, ulong value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            head[at++] = (byte)(value | 0x80);
        }

        head[at++] = (byte)value;
        return at;
    }

    private static byte[] EncodeEvent(KeyEvent change, bool withPrevious)
    {
        var message = new Wire.Event
        {
            Type = change.IsDelete ? Wire.Event.Types.EventType.Delete : Wire.Event.Types.EventType.Put,
            Kv = ResponseTranslation.ToKeyValue(change.Current),
            PrevKv = withPrevious && change.Previous is { } previous ? ResponseTranslation.ToKeyValue(previous) : null,
        };
        var size = message.CalculateSize();
        var bytes = new byte[CodedOutputStream.ComputeUInt32Size(EventsTag) + CodedOutputStream.ComputeLengthSize(size) + size];
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(EventsTag);
        output.WriteMessage(message);
        output.CheckNoSpaceLeft();
        return bytes;
    }
}
