using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>Who votes, as a test sets it; what is asked of it is noted.</summary>
internal sealed class FakeMembershipControl : IMembershipControl
{
    public ImmutableArray<MemberReach> Reaches { get; set; } = [];

    public Task<string> Removal { get; } = new TaskCompletionSource<string>().Task;

    /// <summary>What every change fails with; null where it works.</summary>
    public VoterChangeException? Failure { get; set; }

    public ReachVerdict Verdict { get; set; }

    public List<string> Asked { get; } = [];

    public ValueTask PromoteAsync(NodeId learner, CancellationToken cancellationToken) => Note($"promote {learner}");

    public ValueTask RemoveVoterAsync(NodeId voter, CancellationToken cancellationToken) => Note($"remove {voter}");

    public ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken) => Note($"transfer {target}");

    public ValueTask<ReachVerdict> AskOthersAsync(NodeId member, CancellationToken cancellationToken) => new(Verdict);

    private ValueTask Note(string what)
    {
        Asked.Add(what);
        return Failure is null ? default : ValueTask.FromException(Failure);
    }
}
