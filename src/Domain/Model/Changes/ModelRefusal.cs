using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>Why a command on the model is refused.</summary>
internal static class ModelRefusal
{
    public static Rejection NotFound(string detail) => new(RejectionReason.ModelNotFound, detail);

    public static Rejection Exists(string detail) => new(RejectionReason.ModelExists, detail);

    public static Rejection Conflict(string detail) => new(RejectionReason.ModelConflict, detail);

    public static Rejection Limit(string detail) => new(RejectionReason.ModelLimit, detail);

    public static Rejection Invalid(string detail) => new(RejectionReason.InvalidArgument, detail);
}
