namespace StateServer.Consensus.Transport;

/// <summary>Why a call between members was refused before it reached its service.</summary>
internal enum PeerRefusalReason
{
    /// <summary>The identity header is missing or malformed.</summary>
    NoIdentity,

    /// <summary>It comes from another cluster.</summary>
    WrongCluster,

    /// <summary>It is meant for another member: the address leads to the wrong one.</summary>
    WrongReceiver,

    /// <summary>The sender claims the receiver's own id.</summary>
    OwnId,

    /// <summary>The sender's id is bound to another folder: its disk was emptied or swapped.</summary>
    OtherFolder,

    /// <summary>The sender is no member that this one knows.</summary>
    UnknownMember,

    /// <summary>The sender was removed from the cluster.</summary>
    Removed,

    /// <summary>The receiver is not in the folder that the sender knows its id to be bound to: its disk was emptied or swapped.</summary>
    ReceiverInOtherFolder,

    /// <summary>The sender wants to join, and its id could not be bound to its folder.</summary>
    NotAdmitted,

    /// <summary>The two members' initial member lists differ.</summary>
    OtherInitialMembers,

    /// <summary>The two members' folders begin with different states: one was restored from a snapshot, the other wasn't, or from another one.</summary>
    OtherBeginning,
}
