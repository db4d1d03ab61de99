using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>One committed entry. Empty payloads (barriers, configurations) are handed over too, so that the index moves.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Term">The term it was appended in.</param>
/// <param name="Payload">What was proposed; empty for barriers and configurations. Valid only during the call.</param>
/// <param name="Voters">The voters from this entry on, in id order, where it is a configuration; default for every other one.</param>
internal readonly record struct CommittedEntry(
    long Index, long Term, ReadOnlyMemory<byte> Payload, ImmutableArray<NodeId> Voters = default);
