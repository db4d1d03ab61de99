namespace StateServer.Domain.Membership;

/// <summary>How far a member is, for people; derived by <see cref="MemberPhases"/>, never stored.</summary>
public enum MemberPhase
{
    /// <summary>Asked for; nothing is launched.</summary>
    Requested = 1,

    /// <summary>The provider was asked for its machine.</summary>
    Provisioning = 2,

    /// <summary>Its machine runs; it was not taken in yet.</summary>
    Starting = 3,

    /// <summary>It is taught, and has no vote.</summary>
    Learning = 4,

    /// <summary>It votes.</summary>
    Voting = 5,

    /// <summary>It was taken in, and is silent.</summary>
    Suspect = 6,

    /// <summary>Committed as lost.</summary>
    Lost = 7,

    /// <summary>Removed for ever.</summary>
    Removed = 8,
}
