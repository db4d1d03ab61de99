namespace StateServer.Consensus.Log;

/// <summary>A record without its payload.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Term">Its term.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="PayloadBytes">Bytes of its payload.</param>
internal readonly record struct RecordHead(long Index, long Term, RecordKind Kind, int PayloadBytes);
