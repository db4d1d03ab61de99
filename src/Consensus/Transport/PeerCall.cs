namespace StateServer.Consensus.Transport;

/// <summary>What a member asks another one for, as far as it decides who may.</summary>
internal enum PeerCall
{
    /// <summary>Anything else: members that are known here only.</summary>
    Service,

    /// <summary>Votes, entries and snapshots: from members, too, that this one's log doesn't know yet.</summary>
    Raft,

    /// <summary>To be taken in, or to say where it is: from members that are expected, whoever the receiver is.</summary>
    Join,
}
