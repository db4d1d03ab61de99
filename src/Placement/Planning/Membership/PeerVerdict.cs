namespace StateServer.Placement.Planning.Membership;

/// <summary>What the other live voters say of a member, when the leader asked them to try it.</summary>
public enum PeerVerdict
{
    /// <summary>They were not asked, or not all of them answered lately.</summary>
    Unknown = 0,

    /// <summary>None of them reaches it; also where there is no other live voter.</summary>
    Silent = 1,

    /// <summary>One of them reaches it.</summary>
    Heard = 2,
}
