namespace StateServer.Consensus.Log;

/// <summary>Where a round stands in its segment.</summary>
/// <param name="Offset">Of its header, bytes from the segment's start.</param>
/// <param name="FirstIndex">Its first record.</param>
internal readonly record struct Round(int Offset, long FirstIndex);
