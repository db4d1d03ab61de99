using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Domain.Digests;

/// <summary>
/// What the membership contributes to the digest from feature level 4 on, over all its fields. Neither a seed nor the order of the
/// fields may ever change; a new field is added from its feature level on.
/// </summary>
internal static class MembershipHash
{
    private const ulong MembershipSeed = 18;
    private const ulong StandingSeed = 19;
    private const ulong TombstoneSeed = 20;
    private const ulong WishSeed = 21;

    /// <summary>The whole, with the tombstones' sum as it was kept or computed.</summary>
    public static ulong Of(MembershipState membership, ulong tombstones)
    {
        var hash = new HashChain(MembershipSeed);
        hash.Add((long)membership.Target);
        hash.Add((long)Of(membership.Wish));
        AddNodes(ref hash, membership.Voters);
        hash.Add((long)membership.Standings.Count);
        foreach (var standing in membership.Standings.Values)
        {
            hash.Add((long)Of(standing));
        }

        AddOperation(ref hash, membership.Operation);
        hash.Add(membership.LastOperation);
        hash.Add((long)membership.Tombstones.Count);
        hash.Add((long)tombstones);
        hash.Add(membership.Pause?.UntilMilliseconds);
        hash.Add(membership.Pause?.Why);
        hash.Add((long)membership.Replacements.Length);
        foreach (var at in membership.Replacements)
        {
            hash.Add(at);
        }

        hash.Add(membership.ShortSinceMilliseconds);
        hash.Add(membership.FullSinceMilliseconds);
        return hash.Value;
    }

    /// <summary>The sum over the tombstones, from scratch; <see cref="MembershipState.TombstoneDigest"/> is the same, kept.</summary>
    public static ulong OfTombstones(ImmutableSortedSet<NodeId> tombstones)
    {
        ulong sum = 0;
        foreach (var tombstone in tombstones)
        {
            sum += OfTombstone(tombstone);
        }

        return sum;
    }

    public static ulong OfTombstone(NodeId node) => EntityHash.Of(TombstoneSeed, (long)node.Value, 0, 0);

    public static ulong Of(MemberStanding standing)
    {
        var hash = new HashChain(StandingSeed);
        hash.Add((long)standing.Id.Value);
        hash.Add(standing.Name);
        hash.Add((long?)standing.Machine?.Value);
        hash.Add(standing.Zone?.Name);
        hash.Add((long?)standing.Replaces?.Value);
        hash.Add((long)standing.Mark);
        hash.Add(standing.Reason);
        hash.Add(standing.SinceMilliseconds);
        hash.Add(standing.AwayUntilMilliseconds);
        return hash.Value;
    }

    public static ulong Of(MemberWish wish)
    {
        var hash = new HashChain(WishSeed);
        hash.Add(wish.Series);
        hash.Add(wish.Constraints is not null);
        if (wish.Constraints is { } constraints)
        {
            ModelHash.AddConstraints(ref hash, constraints);
        }

        hash.Add((long)wish.To.Length);
        foreach (var directive in wish.To)
        {
            ModelHash.AddDirective(ref hash, directive);
        }

        return hash.Value;
    }

    private static void AddOperation(ref HashChain hash, MembershipOperation? operation)
    {
        hash.Add(operation is not null);
        if (operation is not null)
        {
            hash.Add(operation.Id);
            hash.Add((long)operation.Kind);
            AddNodes(ref hash, operation.Promote);
            AddNodes(ref hash, operation.Remove);
            hash.Add(operation.PromoteFirst);
            hash.Add(operation.Undoing);
            hash.Add(operation.Reason);
            hash.Add(operation.SinceMilliseconds);
        }
    }

    private static void AddNodes(ref HashChain hash, IReadOnlyCollection<NodeId> nodes)
    {
        hash.Add((long)nodes.Count);
        foreach (var node in nodes)
        {
            hash.Add((long)node.Value);
        }
    }
}
