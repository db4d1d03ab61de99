namespace StateServer.Domain.Outcomes;

/// <summary>Why a command or a read was refused. Numbers are on disk (session table): append only.</summary>
public enum RejectionReason
{
    /// <summary>A key is empty.</summary>
    KeyNotProvided = 1,

    /// <summary>The key does not exist, and ignore_value or ignore_lease asks for it.</summary>
    KeyNotFound = 2,

    /// <summary>A value or lease was given together with ignore_value or ignore_lease.</summary>
    ValueProvided = 3,

    /// <summary>See <see cref="ValueProvided"/>.</summary>
    LeaseProvided = 4,

    /// <summary>One transaction writes a key twice.</summary>
    DuplicateKey = 5,

    /// <summary>A transaction has more operations than allowed (128).</summary>
    TooManyOperations = 6,

    /// <summary>The revision lies in the future.</summary>
    FutureRevision = 7,

    /// <summary>The revision has been compacted.</summary>
    Compacted = 8,

    /// <summary>No such lease.</summary>
    LeaseNotFound = 9,

    /// <summary>The lease exists already.</summary>
    LeaseExists = 10,

    /// <summary>A time to live out of range.</summary>
    LeaseTimeToLiveTooLarge = 11,

    /// <summary>The key lies under the prefix that only the model may write.</summary>
    ReservedPrefix = 12,

    /// <summary>The session was evicted, or never existed: whether the request was executed is unknown, and it is not executed now.</summary>
    SessionUnknown = 13,

    /// <summary>The request was executed, but its outcome is no longer kept.</summary>
    OutcomeForgotten = 14,

    /// <summary>A member id is already bound to another folder.</summary>
    FolderMismatch = 15,

    /// <summary>A member's name or address is taken by another id.</summary>
    MemberConflict = 16,

    /// <summary>The command or level is above the feature level in force, or above what some member knows.</summary>
    FeatureLevel = 17,

    /// <summary>A sort option or another field has no meaning.</summary>
    InvalidArgument = 18,

    /// <summary>The session keeps as many outcomes as it may, and its client has seen none of them: nothing was executed.</summary>
    TooManyUnanswered = 19,

    /// <summary>The command carries the term it was made in, and its entry is of another one.</summary>
    OutdatedTerm = 20,

    /// <summary>The model has no such machine, service, unit, zone or environment.</summary>
    ModelNotFound = 21,

    /// <summary>The model has it already.</summary>
    ModelExists = 22,

    /// <summary>The model can't be changed so as it stands; a plan that was made on an earlier state among them.</summary>
    ModelConflict = 23,

    /// <summary>The model would hold more than it may.</summary>
    ModelLimit = 24,

    /// <summary>The member was removed for ever.</summary>
    MemberRemoved = 25,

    /// <summary>No such member is known or expected.</summary>
    MemberNotFound = 26,

    /// <summary>Membership can't be changed so as it stands; a plan that was made on an earlier state among them.</summary>
    MembershipConflict = 27,

    /// <summary>There would be more members, or ids of removed ones, than may be.</summary>
    MembershipLimit = 28,
}
