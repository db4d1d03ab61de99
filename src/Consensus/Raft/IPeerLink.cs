using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Raft;

/// <summary>
/// The way to one other member. Every call ends with <see cref="PeerUnavailableException"/> where there is no answer in
/// time, and with <see cref="OperationCanceledException"/> where its token ended it. Appends are sent one at a time by one
/// caller; the rest is thread-safe.
/// </summary>
internal interface IPeerLink : IDisposable
{
    /// <summary>Asks whether the member would vote for this one.</summary>
    Task<PreVoteReply> PreVoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Asks for the member's vote.</summary>
    Task<VoteReply> VoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Sends entries, or a heartbeat.</summary>
    Task<AppendReply> AppendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Sends the newest snapshot.</summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="progressed">Told whenever the member took a part of it.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    Task<SnapshotReply> SendSnapshotAsync(long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken);

    /// <summary>Tells the member to stand for election at once.</summary>
    Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Asks the member to give leadership up.</summary>
    Task<ResignReply> ResignAsync(CancellationToken cancellationToken);

    /// <summary>Asks for what the member tells of itself.</summary>
    Task<MetadataReply> GetMetadataAsync(CancellationToken cancellationToken);

    /// <summary>Gives up an append that waits for its answer. Thread-safe.</summary>
    void AbortAppend();
}
