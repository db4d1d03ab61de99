using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>
/// Decides which calls of other members are let in: same cluster, meant for this member and its folder, from a member that was
/// not removed, with the folder that its id is bound to. Who is not known here may vote and lead all the same: this member's log
/// may be behind what made it a member (Raft dissertation, §4.1); its log and term decide. Thread-safe.
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

    /// <summary>Nothing is known of them any more, but that they were removed.</summary>
    public void Forget(IEnumerable<NodeId> members)
        => ImmutableInterlocked.Update(ref _known, (known, gone) => known.Except(gone), members);

    /// <summary>The refusal of a removed member; null where this one was not told that it was.</summary>
    public PeerRefusal? CheckRemoved(NodeId member) => pins.IsRemoved(member)
        ? new(PeerRefusalReason.Removed, $"member {member} was removed from cluster {identity.Cluster}; its folder must not be used again")
        : null;

    /// <summary>True where the caller's folder is the one that its id is bound to: what it says of itself is its own word.</summary>
    public bool IsBound(in PeerIdentity caller) => pins.TryGet(caller.From, out var pinned) && pinned == caller.Folder;

    /// <summary>Looks at a call's identity.</summary>
    /// <param name="caller">The identity.</param>
    /// <param name="call">What is asked for.</param>
    /// <returns>Null where it is let in.</returns>
    public PeerRefusal? Check(in PeerIdentity caller, PeerCall call = PeerCall.Service)
    {
        if (caller.Cluster != identity.Cluster)
        {
            return new(PeerRefusalReason.WrongCluster, $"this is a member of cluster {identity.Cluster}, not of {caller.Cluster}");
        }

        if (caller.To != identity.Id && !(call == PeerCall.Join && caller.To.IsNone))
        {
            return new(PeerRefusalReason.WrongReceiver, $"this is member {identity.Id}, not {caller.To}");
        }

        if (!caller.Expected.IsNone && caller.Expected != identity.Folder)
        {
            return new(
                PeerRefusalReason.ReceiverInOtherFolder,
                $"member {identity.Id} is in folder {identity.Folder} here, and {caller.From} knows it in {caller.Expected}: its data folder was emptied or swapped");
        }

        if (caller.From == identity.Id)
        {
            return new(PeerRefusalReason.OwnId, $"member {identity.Id} is this one: two processes have one id");
        }

        if (CheckRemoved(caller.From) is { } removed)
        {
            return removed;
        }

        if (pins.TryGet(caller.From, out var pinned))
        {
            return pinned == caller.Folder
                ? null
                : new(
                    PeerRefusalReason.OtherFolder,
                    $"member {caller.From} is bound to folder {pinned}, not to {caller.Folder}: its data folder was emptied or swapped");
        }

        return call == PeerCall.Raft || AcceptsStrangers || _known.Contains(caller.From)
            ? null
            : new(PeerRefusalReason.UnknownMember, $"member {caller.From} is not known here");
    }
}
