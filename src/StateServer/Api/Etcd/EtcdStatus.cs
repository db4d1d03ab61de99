using Grpc.Core;

namespace StateServer.Api.Etcd;

/// <summary>
/// The statuses that etcd's clients test for, code and text. They are part of etcd's protocol: clients compare the text
/// (api/v3rpc/rpctypes of etcd v3 lists them).
/// </summary>
internal static class EtcdStatus
{
    internal static readonly Status KeyNotProvided = new(StatusCode.InvalidArgument, "etcdserver: key is not provided");
    internal static readonly Status KeyNotFound = new(StatusCode.InvalidArgument, "etcdserver: key not found");
    internal static readonly Status ValueProvided = new(StatusCode.InvalidArgument, "etcdserver: value is provided");
    internal static readonly Status LeaseProvided = new(StatusCode.InvalidArgument, "etcdserver: lease is provided");
    internal static readonly Status TooManyOperations =
        new(StatusCode.InvalidArgument, "etcdserver: too many operations in txn request");
    internal static readonly Status DuplicateKey =
        new(StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request");
    internal static readonly Status InvalidSortOption =
        new(StatusCode.InvalidArgument, "etcdserver: invalid sort option");
    internal static readonly Status RequestTooLarge =
        new(StatusCode.InvalidArgument, "etcdserver: request is too large");
    internal static readonly Status Compacted =
        new(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
    internal static readonly Status FutureRevision =
        new(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");
    internal static readonly Status NoSpace =
        new(StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded");
    internal static readonly Status TooManyRequests =
        new(StatusCode.ResourceExhausted, "etcdserver: too many requests");
    internal static readonly Status LeaseNotFound =
        new(StatusCode.NotFound, "etcdserver: requested lease not found");
    internal static readonly Status LeaseExists =
        new(StatusCode.FailedPrecondition, "etcdserver: lease already exists");
    internal static readonly Status LeaseTimeToLiveTooLarge =
        new(StatusCode.OutOfRange, "etcdserver: too large lease TTL");
    internal static readonly Status NoLeader = new(StatusCode.Unavailable, "etcdserver: no leader");
    internal static readonly Status NotLeader = new(StatusCode.FailedPrecondition, "etcdserver: not leader");
    internal static readonly Status Stopped = new(StatusCode.Unavailable, "etcdserver: server stopped");
    internal static readonly Status TimedOut = new(StatusCode.Unavailable, "etcdserver: request timed out");
    internal static readonly Status TimedOutLeaderFailed =
        new(StatusCode.Unavailable, "etcdserver: request timed out, possibly due to previous leader failure");
    internal static readonly Status TimedOutConnectionLost =
        new(StatusCode.Unavailable, "etcdserver: request timed out, possibly due to connection lost");
    internal static readonly Status Corrupt = new(StatusCode.DataLoss, "etcdserver: corrupt cluster");
    internal static readonly Status NotForLearners =
        new(StatusCode.FailedPrecondition, "etcdserver: rpc not supported for learner");
    internal static readonly Status BadTransferee =
        new(StatusCode.FailedPrecondition, "etcdserver: bad leader transferee");
    internal static readonly Status WatchCancelled = new(StatusCode.Cancelled, "etcdserver: watch canceled");
    internal static readonly Status Cancelled = new(StatusCode.Cancelled, "etcdserver: request canceled");
}
