namespace StateServer.Bench.Http2;

/// <summary>Takes one message of a stream. The bytes are valid during the call alone.</summary>
/// <param name="message">The message, without gRPC's prefix.</param>
/// <param name="received">When its last byte was read, in stopwatch ticks.</param>
internal delegate void MessageSink(ReadOnlySpan<byte> message, long received);
