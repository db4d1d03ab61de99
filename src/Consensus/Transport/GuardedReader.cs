using Grpc.Core;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>A stream between members that ends, refused, as soon as its sender is removed: the guard looks at a call only once.</summary>
/// <typeparam name="T">The messages.</typeparam>
/// <param name="reader">The stream.</param>
/// <param name="guard">The guard.</param>
/// <param name="caller">The sender.</param>
internal sealed class GuardedReader<T>(IAsyncStreamReader<T> reader, PeerGuard guard, NodeId caller) : IAsyncStreamReader<T>
{
    /// <inheritdoc/>
    public T Current => reader.Current;

    /// <inheritdoc/>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        var more = await reader.MoveNext(cancellationToken).ConfigureAwait(false);
        return guard.CheckRemoved(caller) is { } refusal ? throw PeerIdentityServerInterceptor.Refuse(refusal) : more;
    }
}
