using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Replica;

/// <summary>An open stream of requests to one member, and of its replies. One sender and one receiver at a time.</summary>
/// <typeparam name="TRequest">What is sent.</typeparam>
/// <typeparam name="TReply">What comes back.</typeparam>
internal interface IPeerExchange<in TRequest, TReply> : IAsyncDisposable
    where TReply : class
{
    /// <summary>Sends a request. A failure says nothing about whether it arrived.</summary>
    /// <exception cref="PeerUnavailableException">The stream broke.</exception>
    ValueTask SendAsync(TRequest request, CancellationToken cancellationToken);

    /// <summary>The next reply; null once the other ended the stream.</summary>
    /// <exception cref="PeerUnavailableException">The stream broke.</exception>
    ValueTask<TReply?> ReceiveAsync(CancellationToken cancellationToken);
}
