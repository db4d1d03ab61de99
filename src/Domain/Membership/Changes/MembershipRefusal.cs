using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Why a command on the membership is refused.</summary>
internal static class MembershipRefusal
{
    public static Rejection Removed(string detail) => new(RejectionReason.MemberRemoved, detail);

    public static Rejection NotFound(string detail) => new(RejectionReason.MemberNotFound, detail);

    public static Rejection Conflict(string detail) => new(RejectionReason.MembershipConflict, detail);

    public static Rejection Limit(string detail) => new(RejectionReason.MembershipLimit, detail);

    public static Rejection Invalid(string detail) => new(RejectionReason.InvalidArgument, detail);
}
