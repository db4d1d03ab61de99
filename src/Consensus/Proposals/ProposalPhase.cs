namespace StateServer.Consensus.Proposals;

/// <summary>How far a proposal of this member is.</summary>
internal enum ProposalPhase
{
    /// <summary>In this member's hands: nobody else knows of it.</summary>
    Queued,

    /// <summary>Handed to the leader of <see cref="Proposal.Term"/>, this member or another.</summary>
    Sent,

    /// <summary>Answered.</summary>
    Done,
}
