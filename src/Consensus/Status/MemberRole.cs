namespace StateServer.Consensus.Status;

/// <summary>A member's role, as it sees itself.</summary>
public enum MemberRole
{
    /// <summary>Not started, or refused by its peers, or stopped from voting by damage.</summary>
    Passive,

    /// <summary>A follower, or a candidate.</summary>
    Follower,

    /// <summary>A follower without a vote.</summary>
    Learner,

    /// <summary>The leader of <see cref="MemberStatus.Term"/>.</summary>
    Leader,
}
