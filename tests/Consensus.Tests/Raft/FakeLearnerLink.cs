using System.Threading.Channels;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>A learner whose answers the test gives one by one.</summary>
internal sealed class FakeLearnerLink : IPeerLink
{
    private readonly Channel<(AppendRequest Request, TaskCompletionSource<AppendReply> Reply)> _appends =
        Channel.CreateUnbounded<(AppendRequest, TaskCompletionSource<AppendReply>)>();

    private readonly Channel<(Action<SnapshotProgress> Progressed, TaskCompletionSource<SnapshotReply> Reply)> _snapshots =
        Channel.CreateUnbounded<(Action<SnapshotProgress>, TaskCompletionSource<SnapshotReply>)>();

    public bool IsDisposed { get; private set; }

    /// <summary>The next append that was sent.</summary>
    public async Task<(AppendRequest Request, TaskCompletionSource<AppendReply> Reply)> NextAsync()
        => await _appends.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The next snapshot that was begun.</summary>
    public async Task<(Action<SnapshotProgress> Progressed, TaskCompletionSource<SnapshotReply> Reply)> NextSnapshotAsync()
        => await _snapshots.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public Task<AppendReply> AppendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<AppendReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _appends.Writer.TryWrite((request, reply));
        return reply.Task.WaitAsync(cancellationToken);
    }

    public Task<SnapshotReply> SendSnapshotAsync(long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<SnapshotReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _snapshots.Writer.TryWrite((progressed, reply));
        return reply.Task.WaitAsync(cancellationToken);
    }

    public Task<PreVoteReply> PreVoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException("a learner is asked for no vote");

    public Task<VoteReply> VoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException("a learner is asked for no vote");

    public Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => throw new NotSupportedException("leadership is not handed to a learner");

    public Task<ResignReply> ResignAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MetadataReply> GetMetadataAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public void AbortAppend()
    {
    }

    public void Dispose() => IsDisposed = true;
}
