using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Membership;

/// <summary>Members of which a test says what is read, what the others answer and what becomes of commands; no vote can be changed.</summary>
internal sealed class FakeMembership : IMembership
{
    public Func<MembershipSight?> Reads { get; init; } = () => null;

    public Func<NodeId, Task<PeerVerdict>> Answers { get; init; } = _ => Task.FromResult(PeerVerdict.Unknown);

    public Func<MembershipCommand, CancellationToken, Task<Outcome>> Proposes { get; init; } = (_, _) => throw new NotSupportedException();

    public MembershipSight? Read() => Reads();

    public Task<Outcome> ProposeAsync(MembershipCommand command, long term, CancellationToken cancellationToken) => Proposes(command, cancellationToken);

    public Task PromoteAsync(NodeId node, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemoveVoterAsync(NodeId node, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PeerVerdict> AskOthersAsync(NodeId node, CancellationToken cancellationToken) => Answers(node);
}
