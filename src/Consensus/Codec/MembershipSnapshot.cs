using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Consensus.Codec;

/// <summary>
/// The membership's blocks of a state snapshot, from feature level 4 on: written in the order of their tags, gathered while they are
/// read. Not thread-safe.
/// </summary>
internal sealed class MembershipSnapshot
{
    private readonly ImmutableSortedDictionary<NodeId, MemberStanding>.Builder _standings =
        ImmutableSortedDictionary.CreateBuilder<NodeId, MemberStanding>();

    private readonly ImmutableSortedSet<NodeId>.Builder _tombstones = ImmutableSortedSet.CreateBuilder<NodeId>();
    private MembershipState? _membership;

    public static void Write(SnapshotBlockWriter blocks, ReplicatedState state)
    {
        if (state.FeatureLevel < MembershipCommand.FirstFeatureLevel)
        {
            return;
        }

        blocks.Add(SnapshotBlockTag.Membership, state.Membership, MembershipRecordCodec.Write);
        foreach (var standing in state.Membership.Standings.Values)
        {
            blocks.Add(SnapshotBlockTag.Standings, standing, MembershipRecordCodec.Write);
        }

        foreach (var tombstone in state.Membership.Tombstones)
        {
            blocks.Add(SnapshotBlockTag.Tombstones, tombstone, MembershipRecordCodec.WriteNode);
        }
    }

    /// <summary>Reads one item of a block; false where the block isn't the membership's.</summary>
    public bool TryRead(ref FieldReader reader, SnapshotBlockTag tag)
    {
        switch (tag)
        {
            case SnapshotBlockTag.Membership when _membership is null:
                _membership = MembershipRecordCodec.ReadState(ref reader);
                return true;
            case SnapshotBlockTag.Standings:
                var standing = MembershipRecordCodec.ReadStanding(ref reader);
                _standings.Add(standing.Id, standing);
                return true;
            case SnapshotBlockTag.Tombstones:
                _tombstones.Add(MembershipRecordCodec.ReadNode(ref reader));
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// What was read; the tombstones' sum of hashes is computed anew, and so checked. What is missing, the state's digest tells.
    /// </summary>
    /// <exception cref="InvalidDataException">It is there at a feature level that doesn't know it.</exception>
    public MembershipState ToMembership(SnapshotHeader header)
    {
        if (header.FeatureLevel < MembershipCommand.FirstFeatureLevel
            && (_membership is not null || _standings.Count + _tombstones.Count > 0))
        {
            throw new InvalidDataException($"a state snapshot of feature level {header.FeatureLevel} has a membership");
        }

        var tombstones = _tombstones.ToImmutable();
        return (_membership ?? MembershipState.Empty) with
        {
            Standings = _standings.ToImmutable(),
            Tombstones = tombstones,
            TombstoneDigest = MembershipHash.OfTombstones(tombstones),
        };
    }
}
