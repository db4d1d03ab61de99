using System.Buffers;
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
    private static readonly uint HeaderTag = Tag(Wire.WatchResponse.HeaderFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly uint IdTag = Tag(Wire.WatchResponse.WatchIdFieldNumber, WireFormat.WireType.Varint);
    private static readonly uint CreatedTag = Tag(Wire.WatchResponse.CreatedFieldNumber, WireFormat.WireType.Varint);
    private static readonly uint CanceledTag = Tag(Wire.WatchResponse.CanceledFieldNumber, WireFormat.WireType.Varint);
    private static readonly uint CompactRevisionTag = Tag(Wire.WatchResponse.CompactRevisionFieldNumber, WireFormat.WireType.Varint);
    private static readonly uint ReasonTag = Tag(Wire.WatchResponse.CancelReasonFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly uint FragmentTag = Tag(Wire.WatchResponse.FragmentFieldNumber, WireFormat.WireType.Varint);
    private static readonly uint EventsTag = Tag(Wire.WatchResponse.EventsFieldNumber, WireFormat.WireType.LengthDelimited);

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
        var head = Head(reply, message);
        var length = head.Length;
        for (var i = 0; i < reply.Events; i++)
        {
            length += BytesOf(message, reply.FirstEvent + i).Length;
        }

        context.SetPayloadLength(length);
        var writer = context.GetBufferWriter();
        writer.Write(head);
        for (var i = 0; i < reply.Events; i++)
        {
            writer.Write(BytesOf(message, reply.FirstEvent + i));
        }

        context.Complete();
    }

    /// <summary>Everything but the events.</summary>
    private static ReadOnlySpan<byte> Head(WatchReply reply, in WatchMessage message)
    {
        var isCreated = message.Kind is WatchMessageKind.Created or WatchMessageKind.Refused;
        var isCanceled = message.Kind is WatchMessageKind.Refused or WatchMessageKind.Cancelled or WatchMessageKind.Compacted;
        var isCompacted = message.Kind == WatchMessageKind.Compacted;
        reply.Header.Revision = isCompacted ? 0 : message.Revision;

        const int TagsAndNumbers = 64;
        var head = new byte[TagsAndNumbers + reply.Header.CalculateSize() + (3 * (message.Reason?.Length ?? 0))];
        using var stream = new MemoryStream(head);
        using var output = new CodedOutputStream(stream, head.Length, leaveOpen: true);
        output.WriteTag(HeaderTag);
        output.WriteMessage(reply.Header);
        WriteNumber(output, IdTag, message.Id);
        WriteNumber(output, CreatedTag, isCreated ? 1 : 0);
        WriteNumber(output, CanceledTag, isCanceled ? 1 : 0);
        WriteNumber(output, CompactRevisionTag, isCompacted ? message.Revision : 0);
        WriteNumber(output, FragmentTag, reply.IsFragment ? 1 : 0);
        if (message.Reason is { } reason)
        {
            output.WriteTag(ReasonTag);
            output.WriteString(reason);
        }

        output.Flush();
        return head.AsSpan(0, (int)stream.Position);
    }

    /// <summary>As proto3 has it: a zero is not written.</summary>
    private static void WriteNumber(CodedOutputStream output, uint tag, long value)
    {
        if (value != 0)
        {
            output.WriteTag(tag);
            output.WriteInt64(value);
        }
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

    private static uint Tag(int field, WireFormat.WireType type) => WireFormat.MakeTag(field, type);
}
