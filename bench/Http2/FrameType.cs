namespace StateServer.Bench.Http2;

/// <summary>The frame types of RFC 9113, section 6, that a client of gRPC meets.</summary>
internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
}
