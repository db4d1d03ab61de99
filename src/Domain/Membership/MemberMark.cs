namespace StateServer.Domain.Membership;

/// <summary>What a <see cref="MemberStanding"/> says. Numbers are on disk: append only.</summary>
public enum MemberMark
{
    /// <summary>Asked for: its folder isn't bound yet, or it has no vote yet.</summary>
    Requested = 1,

    /// <summary>It votes, or is to.</summary>
    Member = 2,

    /// <summary>Committed as lost: it is replaced, and only its return ends that.</summary>
    Lost = 3,

    /// <summary>It is to go, or has given its vote away and waits for its tombstone.</summary>
    Leaving = 4,
}
