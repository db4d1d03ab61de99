namespace StateServer.Domain.Membership;

/// <summary>Which way a <see cref="VoteChange"/> goes.</summary>
public enum VoteChangeKind
{
    /// <summary>The member gets a vote.</summary>
    Promote = 1,

    /// <summary>The member loses its vote.</summary>
    Remove = 2,
}
