using Grpc.Core;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Transport;

/// <summary>
/// Hears members that say who and where they are, behind the guard: an id that is expected, and bound to no folder yet, is bound
/// to the sender's by the log before the answer; of one that is bound the address is noted. Thread-safe.
/// </summary>
/// <param name="node">This member.</param>
internal sealed class JoinDesk(RaftNode node)
{
    /// <summary>Answers one.</summary>
    /// <param name="caller">The sender, whom the guard let in.</param>
    /// <param name="request">What it says.</param>
    /// <param name="cancellationToken">Ends the wait for the log.</param>
    /// <exception cref="RpcException">FAILED_PRECONDITION: its id can't be bound to its folder. UNAVAILABLE: this member is starting.</exception>
    public async Task<JoinReply> ReceiveAsync(PeerIdentity caller, JoinRequest request, CancellationToken cancellationToken)
    {
        if (!node.Guard.IsBound(caller) && await AdmitAsync(caller, request, cancellationToken).ConfigureAwait(false) is { } why)
        {
            throw PeerIdentityServerInterceptor.Refuse(new(PeerRefusalReason.NotAdmitted, why));
        }

        node.Channels.Announce(caller.From, request.PeerAddress);
        var reply = new JoinReply { Leader = node.Position.Leader.Value };
        reply.Members.AddRange(node.KnownMembers
            .Where(member => member.Id != caller.From)
            .Select(member => new JoinPeer { Id = member.Id.Value, PeerAddress = member.Address }));
        return reply;
    }

    private async ValueTask<string?> AdmitAsync(PeerIdentity caller, JoinRequest request, CancellationToken cancellationToken)
        => node.Admit is { } admit
            ? await admit(
                new JoiningMember(
                    caller.From,
                    caller.Folder,
                    request.Name,
                    request.Zone,
                    request.PeerAddress,
                    [.. request.ClientUrls],
                    request.FeatureLevel,
                    request.Version),
                cancellationToken).ConfigureAwait(false)
            : "this member can't bind an id to a folder yet";
}
