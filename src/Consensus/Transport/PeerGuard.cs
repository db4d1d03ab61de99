using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>
/// Decides which calls of other members are let in: same cluster, meant for this member, from a member that it knows, with
/// the folder that the sender's id is bound to. Thread-safe.
/// </summary>
/// <param name="identity">This member's own identity; <see cref="PeerIdentity.To"/> is not used.</param>
/// <param name="pins">The folders that ids are bound to.</param>
internal sealed class PeerGuard(MemberIdentity identity, FolderPins pins)
{
    private ImmutableHashSet<NodeId> _known = [];

    /// <summary>True while this member has no configuration and is to be told of its cluster: then it knows nobody yet.</summary>
    public bool AcceptsStrangers { get; set; }

    /// <summary>Adds members that calls are accepted from; those with a pinned folder are known anyway.</summary>
    public void Know(IEnumerable<NodeId> members)
        => ImmutableInterlocked.Update(ref _known, (known, more) => known.Union(more), members);

    /// <summary>Looks at a call's identity.</summary>
    /// <returns>Null where it is let in.</returns>
    public PeerRefusal? Check(in PeerIdentity caller)
    {
        if (caller.Cluster != identity.Cluster)
        {
            return new(PeerRefusalReason.WrongCluster, $"this is a member of cluster {identity.Cluster}, not of {caller.Cluster}");
        }

        if (caller.To != identity.Id)
        {
            return new(PeerRefusalReason.WrongReceiver, $"this is member {identity.Id}, not {caller.To}");
        }

        if (caller.From == identity.Id)
        {
            return new(PeerRefusalReason.OwnId, $"member {identity.Id} is this one: two processes have one id");
        }

        if (pins.TryGet(caller.From, out var pinned))
        {
            return pinned == caller.Folder
                ? null
                : new(
                    PeerRefusalReason.OtherFolder,
                    $"member {caller.From} is bound to folder {pinned}, not to {caller.Folder}: its data folder was emptied or swapped");
        }

        return AcceptsStrangers || _known.Contains(caller.From)
            ? null
            : new(PeerRefusalReason.UnknownMember, $"member {caller.From} is not known here");
    }
}
