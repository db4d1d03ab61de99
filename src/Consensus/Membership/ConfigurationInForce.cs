namespace StateServer.Consensus.Membership;

/// <summary>The configuration in force at some index, as a snapshot at that index carries it.</summary>
/// <param name="Index">The index of the entry that brought it; 0 for a new cluster's first one.</param>
/// <param name="Encoded">Its bytes.</param>
internal readonly record struct ConfigurationInForce(long Index, ReadOnlyMemory<byte> Encoded);
