using Grpc.Core;
using StateServer.Client;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Domain.Outcomes;

namespace StateServer.Api.Etcd;

/// <summary>
/// Turns rejections and typed faults into what etcd's clients expect. A certain refusal and an unknown outcome never share
/// both status and <see cref="ExecutionTrailer"/>. Thread-safe.
/// </summary>
internal static class FailureTranslation
{
    /// <summary>The failure of a request that was refused before it was handed on.</summary>
    internal static RpcException Refused(Status status) => ExecutionTrailer.Failure(status, CallMetadata.ExecutedNo);

    /// <summary>The failure that a rejection stands for.</summary>
    internal static RpcException Of(Rejection rejection) => rejection.Reason switch
    {
        RejectionReason.SessionUnknown => ExecutionTrailer.Failure(
            new Status(StatusCode.Aborted, $"stateserver: session unknown: {rejection.Detail}"), CallMetadata.ExecutedUnknown),
        RejectionReason.OutcomeForgotten => ExecutionTrailer.Failure(
            new Status(StatusCode.Aborted, $"stateserver: outcome forgotten: {rejection.Detail}"), CallMetadata.ExecutedYes),

        // A code that clients repeat; a full model stays full until something is removed.
        RejectionReason.ModelLimit or RejectionReason.MembershipLimit => ExecutionTrailer.Final(StatusOf(rejection)),
        _ => Refused(StatusOf(rejection)),
    };

    /// <summary>The failure of a certain refusal.</summary>
    internal static RpcException Of(ProposalRefusedException refusal) => Refused(refusal.Reason switch
    {
        ProposalRefusal.NoLeader => EtcdStatus.NoLeader,
        ProposalRefusal.QueueFull => EtcdStatus.TooManyRequests,
        ProposalRefusal.TooLarge => EtcdStatus.RequestTooLarge,
        ProposalRefusal.NoSpace => EtcdStatus.NoSpace,
        ProposalRefusal.Corrupt => EtcdStatus.Corrupt,
        ProposalRefusal.Stopping => EtcdStatus.Stopped,
        ProposalRefusal.BadTransferTarget => EtcdStatus.BadTransferee,
        ProposalRefusal.TimedOutInQueue => EtcdStatus.TimedOut,
        _ => new Status(StatusCode.Internal, $"stateserver: {refusal.Message}"),
    });

    /// <summary>The failure of an unknown outcome: etcd's clients take these codes as such.</summary>
    internal static RpcException Of(OutcomeUnknownException unknown, CancellationToken call) => ExecutionTrailer.Failure(
        unknown.Reason switch
        {
            UnknownReason.TimedOut => EtcdStatus.TimedOut,
            UnknownReason.LeaderChanged => EtcdStatus.TimedOutLeaderFailed,
            UnknownReason.ConnectionLost => EtcdStatus.TimedOutConnectionLost,
            UnknownReason.Cancelled => call.IsCancellationRequested ? EtcdStatus.Cancelled : EtcdStatus.Stopped,
            _ => new Status(StatusCode.Unknown, $"stateserver: {unknown.Message}"),
        },
        CallMetadata.ExecutedUnknown);

    /// <summary>The failure of a read that can't be served.</summary>
    internal static RpcException Of(ReadRefusedException refusal) => Refused(refusal.Refusal switch
    {
        ReadRefusal.NoLeader => EtcdStatus.NoLeader,
        ReadRefusal.TimedOut => EtcdStatus.TimedOut,
        ReadRefusal.Corrupt => EtcdStatus.Corrupt,
        ReadRefusal.QueueFull => EtcdStatus.TooManyRequests,
        ReadRefusal.Closed => new Status(StatusCode.Unavailable, $"stateserver: {refusal.Message}"),
        _ => new Status(StatusCode.Internal, $"stateserver: {refusal.Message}"),
    });

    private static Status StatusOf(Rejection rejection) => rejection.Reason switch
    {
        RejectionReason.KeyNotProvided => EtcdStatus.KeyNotProvided,
        RejectionReason.KeyNotFound => EtcdStatus.KeyNotFound,
        RejectionReason.ValueProvided => EtcdStatus.ValueProvided,
        RejectionReason.LeaseProvided => EtcdStatus.LeaseProvided,
        RejectionReason.DuplicateKey => EtcdStatus.DuplicateKey,
        RejectionReason.TooManyOperations => EtcdStatus.TooManyOperations,
        RejectionReason.FutureRevision => EtcdStatus.FutureRevision,
        RejectionReason.Compacted => EtcdStatus.Compacted,
        RejectionReason.LeaseNotFound => EtcdStatus.LeaseNotFound,
        RejectionReason.LeaseExists => EtcdStatus.LeaseExists,
        RejectionReason.LeaseTimeToLiveTooLarge => EtcdStatus.LeaseTimeToLiveTooLarge,
        RejectionReason.TooManyUnanswered or RejectionReason.ModelLimit or RejectionReason.MembershipLimit =>
            Ours(StatusCode.ResourceExhausted, rejection),
        RejectionReason.ReservedPrefix => Ours(StatusCode.PermissionDenied, rejection),
        RejectionReason.InvalidArgument => Ours(StatusCode.InvalidArgument, rejection),
        RejectionReason.ModelNotFound or RejectionReason.MemberNotFound => Ours(StatusCode.NotFound, rejection),
        RejectionReason.ModelExists => Ours(StatusCode.AlreadyExists, rejection),

        // The model, the members or the feature level as they stand refuse it.
        _ => Ours(StatusCode.FailedPrecondition, rejection),
    };

    private static Status Ours(StatusCode code, Rejection rejection) => new(code, $"stateserver: {rejection.Detail}");
}
