using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace StateServer.Hosting;

/// <summary>
/// Reads a client's HTTP/2 connection for Kestrel, and mends the authority of its first request where that is a whole URL.
/// etcd's clients up to 3.4 send the endpoint as it was typed, <c>http://host:port</c>, when they ask one member
/// (<c>etcdctl endpoint status</c>, <c>snapshot save</c>, each command with <c>--cluster</c>), and Kestrel ends such a request
/// with PROTOCOL_ERROR, for which it has no setting. The header's later uses on a connection refer to the first one.
/// After that request everything is passed on as it is. Used by one reader at a time, as every pipe is.
/// </summary>
/// <param name="inner">What the socket gives.</param>
internal sealed class AuthorityReader(PipeReader inner) : PipeReader
{
    private const int PrefaceBytes = 24;
    private const int FrameHeaderBytes = 9;
    private const byte HeadersFrame = 1;

    /// <summary>The largest frame that is looked into: what Kestrel takes at most. A larger one ends the connection anyway.</summary>
    private const int MaxFrameBytes = 16 * 1024;

    private ReadOnlySequence<byte> _given;
    private long _consumed;
    private long _next = PrefaceBytes;
    private bool _done;

    /// <summary>Puts it in front of a listener's connections.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Transport = new Transport(new AuthorityReader(connection.Transport.Input), connection.Transport.Output);
        return next(connection);
    });

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _done ? inner.ReadAsync(cancellationToken) : ReadFirstAsync(cancellationToken);

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        if (IsReady(ref result))
        {
            return true;
        }

        inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        return false;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_given.IsEmpty)
        {
            _consumed += _given.Slice(0, consumed).Length;
            _given = default;
        }

        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private async ValueTask<ReadResult> ReadFirstAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await inner.ReadAsync(cancellationToken);
            if (IsReady(ref result))
            {
                return result;
            }

            inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Looks at what came, and holds back a frame that must be looked into and isn't there whole. Kestrel takes all that it is given.</summary>
    /// <returns>False where nothing is left to be given yet.</returns>
    private bool IsReady(ref ReadResult result)
    {
        if (_done)
        {
            return true;
        }

        Look(result.Buffer);
        _done |= result.IsCompleted;
        long ready = Math.Min(result.Buffer.Length, _next - _consumed);
        if (_done || ready == result.Buffer.Length)
        {
            _given = _done ? default : result.Buffer;
            return true;
        }

        if (ready == 0 && !result.IsCanceled)
        {
            return false;
        }

        _given = result.Buffer.Slice(0, ready);
        result = new ReadResult(_given, result.IsCanceled, isCompleted: false);
        return true;
    }

    /// <summary>Goes on frame by frame, until the first request is there whole.</summary>
    private void Look(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[FrameHeaderBytes];
        while (!_done && _next - _consumed + FrameHeaderBytes <= buffer.Length)
        {
            long start = _next - _consumed;
            buffer.Slice(start, FrameHeaderBytes).CopyTo(header);
            int length = (int)(BinaryPrimitives.ReadUInt32BigEndian(header) >> 8);
            if (length > MaxFrameBytes)
            {
                _done = true;
            }
            else if (header[3] != HeadersFrame)
            {
                _next += FrameHeaderBytes + length;
            }
            else if (start + FrameHeaderBytes + length > buffer.Length)
            {
                return;
            }
            else
            {
                Mend(buffer.Slice(start + FrameHeaderBytes, length), header[4]);
                _done = true;
            }
        }
    }

    /// <summary>Writes into the socket's own buffer, which nobody else looks at before it is handed on.</summary>
    private static void Mend(in ReadOnlySequence<byte> payload, byte flags)
    {
        Span<byte> block = stackalloc byte[MaxFrameBytes];
        block = block[..(int)payload.Length];
        payload.CopyTo(block);
        if (!AuthorityField.TryMend(block, flags))
        {
            return;
        }

        foreach (ReadOnlyMemory<byte> part in payload)
        {
            block[..part.Length].CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsMemory(part).Span);
            block = block[part.Length..];
        }
    }

    private sealed class Transport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
