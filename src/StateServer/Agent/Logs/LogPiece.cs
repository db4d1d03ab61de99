namespace StateServer.Agent.Logs;

/// <summary>A piece of what a unit printed.</summary>
/// <param name="Offset">Where it begins in all that the unit ever printed under its assignment.</param>
/// <param name="Data">The bytes; empty where nothing more is there yet.</param>
internal readonly record struct LogPiece(long Offset, ReadOnlyMemory<byte> Data)
{
    /// <summary>Where the next piece begins.</summary>
    public long End => Offset + Data.Length;
}
