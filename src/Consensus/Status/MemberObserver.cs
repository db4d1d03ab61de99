using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Status;

/// <summary>Asks members for their status, and remembers when each answered last. Thread-safe.</summary>
/// <param name="self">This member.</param>
/// <param name="own">This member's own status.</param>
/// <param name="peers">The way to the others.</param>
/// <param name="time">The clock.</param>
internal sealed class MemberObserver(NodeId self, Func<MemberStatus> own, IReplicaPeers peers, TimeProvider time)
{
    private static readonly Histogram<double> RoundTrips = ReplicaMeter.Meter.CreateHistogram<double>(
        "stateserver.peer.status.duration", "s", "Round trips of status requests between members, by member");

    private readonly ConcurrentDictionary<NodeId, DateTimeOffset> _lastSeen = [];

    /// <summary>Asks all at once, each within <paramref name="timeout"/>.</summary>
    /// <returns>One observation a member, in id order.</returns>
    public async ValueTask<IReadOnlyList<MemberObservation>> ObserveAsync(
        IEnumerable<NodeId> members, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var asked = members.Append(self).Distinct().Order().Select(member => member == self
            ? Task.FromResult(new MemberObservation(self, own(), TimeSpan.Zero, time.GetUtcNow(), null))
            : AskAsync(member, timeout, cancellationToken));
        return await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private async Task<MemberObservation> AskAsync(NodeId member, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var timer = new CancellationTokenSource(timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var reply = await peers.GetStatusAsync(member, limit.Token).ConfigureAwait(false);
            var roundTrip = time.GetElapsedTime(started);
            RoundTrips.Record(roundTrip.TotalSeconds, new KeyValuePair<string, object?>("member", member.ToString()));
            var seen = time.GetUtcNow();
            _lastSeen[member] = seen;
            return new(member, StatusWire.FromReply(reply), roundTrip, seen, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Silent(member, $"no answer within {timeout.TotalSeconds:0.###} s");
        }
        catch (PeerUnavailableException e)
        {
            return Silent(member, e.InnerException is RpcException { StatusCode: not StatusCode.Unavailable } ? e.Reason : $"it can't be reached: {e.Reason}");
        }
    }

    private MemberObservation Silent(NodeId member, string error)
        => new(member, null, null, _lastSeen.TryGetValue(member, out var seen) ? seen : null, error);
}
