using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Client;
using StateServer.Domain.Outcomes;

namespace StateServer.StateServer.Tests.Api;

/// <summary>Each reason has its code; a new one fails here until somebody has thought of it.</summary>
public sealed class FailureTranslationTests
{
    private static readonly Dictionary<RejectionReason, StatusCode> Codes = new()
    {
        [RejectionReason.KeyNotProvided] = StatusCode.InvalidArgument,
        [RejectionReason.KeyNotFound] = StatusCode.InvalidArgument,
        [RejectionReason.ValueProvided] = StatusCode.InvalidArgument,
        [RejectionReason.LeaseProvided] = StatusCode.InvalidArgument,
        [RejectionReason.DuplicateKey] = StatusCode.InvalidArgument,
        [RejectionReason.TooManyOperations] = StatusCode.InvalidArgument,
        [RejectionReason.FutureRevision] = StatusCode.OutOfRange,
        [RejectionReason.Compacted] = StatusCode.OutOfRange,
        [RejectionReason.LeaseNotFound] = StatusCode.NotFound,
        [RejectionReason.LeaseExists] = StatusCode.FailedPrecondition,
        [RejectionReason.LeaseTimeToLiveTooLarge] = StatusCode.OutOfRange,
        [RejectionReason.ReservedPrefix] = StatusCode.PermissionDenied,
        [RejectionReason.SessionUnknown] = StatusCode.Aborted,
        [RejectionReason.OutcomeForgotten] = StatusCode.Aborted,
        [RejectionReason.FolderMismatch] = StatusCode.FailedPrecondition,
        [RejectionReason.MemberConflict] = StatusCode.FailedPrecondition,
        [RejectionReason.FeatureLevel] = StatusCode.FailedPrecondition,
        [RejectionReason.InvalidArgument] = StatusCode.InvalidArgument,
        [RejectionReason.TooManyUnanswered] = StatusCode.ResourceExhausted,
        [RejectionReason.OutdatedTerm] = StatusCode.FailedPrecondition,
        [RejectionReason.ModelNotFound] = StatusCode.NotFound,
        [RejectionReason.ModelExists] = StatusCode.AlreadyExists,
        [RejectionReason.ModelConflict] = StatusCode.FailedPrecondition,
        [RejectionReason.ModelLimit] = StatusCode.ResourceExhausted,
        [RejectionReason.MemberRemoved] = StatusCode.FailedPrecondition,
        [RejectionReason.MemberNotFound] = StatusCode.NotFound,
        [RejectionReason.MembershipConflict] = StatusCode.FailedPrecondition,
        [RejectionReason.MembershipLimit] = StatusCode.ResourceExhausted,
    };

    public static TheoryData<RejectionReason> Reasons() => new(Enum.GetValues<RejectionReason>());

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Each_rejection_has_its_code(RejectionReason reason)
    {
        RpcException failure = FailureTranslation.Of(new Rejection(reason, "why"));
        Assert.Equal(Codes[reason], failure.StatusCode);
        Assert.Equal(
            reason switch { RejectionReason.SessionUnknown => "unknown", RejectionReason.OutcomeForgotten => "yes", _ => "no" },
            failure.Trailers.GetValue(CallMetadata.Executed));
    }

    /// <summary>Queues that are full are worth another attempt; a full model isn't.</summary>
    [Theory]
    [InlineData(RejectionReason.ModelLimit, "-1")]
    [InlineData(RejectionReason.MembershipLimit, "-1")]
    [InlineData(RejectionReason.TooManyUnanswered, null)]
    public void Only_what_may_pass_by_itself_is_to_be_repeated(RejectionReason reason, string? pushback) =>
        Assert.Equal(pushback, FailureTranslation.Of(new Rejection(reason, "why")).Trailers.GetValue(CallMetadata.RetryPushback));
}
