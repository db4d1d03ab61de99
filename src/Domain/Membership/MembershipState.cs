using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Membership;

/// <summary>
/// What is wanted of the cluster's members and what is under way, at one index; who they are, they say themselves
/// (<see cref="MemberRecord"/>). Known from feature level 4 on; empty before. Immutable.
/// </summary>
public sealed record MembershipState
{
    /// <summary>The state before feature level 4.</summary>
    public static MembershipState Empty { get; } = new();

    /// <summary>How many voters there are to be: 1, 3, 5 or 7; 0 where nobody asked ever.</summary>
    public int Target { get; init; }

    /// <summary>What newcomers are to be.</summary>
    public MemberWish Wish { get; init; } = MemberWish.None;

    /// <summary>Who votes, by the configuration entry that was applied last; empty where none was since feature level 4.</summary>
    public ImmutableSortedSet<NodeId> Voters { get; init; } = ImmutableSortedSet<NodeId>.Empty;

    /// <summary>What is known of members beyond what they say, by id.</summary>
    public ImmutableSortedDictionary<NodeId, MemberStanding> Standings { get; init; } =
        ImmutableSortedDictionary<NodeId, MemberStanding>.Empty;

    /// <summary>The one change of voters that is under way; null for none.</summary>
    public MembershipOperation? Operation { get; init; }

    /// <summary>The number of the newest operation; 0 before the first.</summary>
    public long LastOperation { get; init; }

    /// <summary>The ids that were removed, for ever; at most <see cref="MembershipLimits.MostTombstones"/>.</summary>
    public ImmutableSortedSet<NodeId> Tombstones { get; init; } = ImmutableSortedSet<NodeId>.Empty;

    /// <summary>The pause of healing that was ordered last; null for none. It may be over.</summary>
    public HealingPause? Pause { get; init; }

    /// <summary>
    /// When lost members got replacements, replicated Unix time in milliseconds, oldest first; the newest
    /// <see cref="MembershipLimits.MostReplacements"/> since an operator resumed healing.
    /// </summary>
    public ImmutableArray<long> Replacements { get; init; } = [];

    /// <summary>
    /// Since when redundancy is not full, replicated Unix time in milliseconds; 0 while it is: as many voters as wanted, none of
    /// them lost, and no operation; or nobody asked for a number.
    /// </summary>
    public long ShortSinceMilliseconds { get; init; }

    /// <summary>
    /// Since when redundancy has been full, replicated Unix time in milliseconds; 0 while it isn't, or where nobody asked for a number.
    /// </summary>
    public long FullSinceMilliseconds { get; init; }

    /// <summary>The sum of the tombstones' hashes, kept up to date by Apply.</summary>
    internal ulong TombstoneDigest { get; init; }

    /// <summary>How a member is marked; <see cref="MemberMark.Member"/> where it has no standing.</summary>
    public MemberMark MarkOf(NodeId node) => Standings.TryGetValue(node, out var standing) ? standing.Mark : MemberMark.Member;
}
