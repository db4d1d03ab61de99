using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.StateServer.Tests.Reports;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>A replica of one member in memory, whose condition a test sets.</summary>
internal sealed class FakeReplica : IReplica, ILeaderLog
{
    public volatile bool HasLeader = true;
    public volatile string? Unhealthy;
    public volatile bool HasQuorum = true;
    private readonly Lock _lock = new();

    public event Action<AppliedEntry>? Applied;

    event Action? ILeaderLog.LeadershipChanged
    {
        add { }
        remove { }
    }

    long? ILeaderLog.LeadingTerm => null;

    public ReplicatedState State { get; private set; } = ReplicatedState.Empty;

    public MemberStatus Status
    {
        get
        {
            MemberStatus status = HasLeader
                ? SampleCluster.Status(0, MemberRole.Leader, SampleCluster.Ids[0])
                : SampleCluster.Status(0, MemberRole.Follower, default);
            return status with { Unhealthy = Unhealthy };
        }
    }

    public ValueTask<Outcome> ProposeAsync(Command command, RequestId? request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            BatchResult result = StateMachine.Apply(
                State, State.AppliedIndex + 1, 1, new CommandBatch(1, 1_000, [new BatchItem(command, request, default)]));
            State = result.State;
            Applied?.Invoke(new AppliedEntry(State.AppliedIndex, State, result.Events, IsRestore: false));
            return ValueTask.FromResult(result.Outcomes[0]);
        }
    }

    public ValueTask<Outcome> ProposeInTermAsync(Command command, long term, CancellationToken cancellationToken) =>
        ProposeAsync(command, null, cancellationToken);

    public ValueTask<ReplicatedState> ReadLinearizableAsync(CancellationToken cancellationToken) => HasLeader
        ? HasQuorum ? ValueTask.FromResult(State) : new(new TaskCompletionSource<ReplicatedState>().Task)
        : throw new ReadRefusedException(ReadRefusal.NoLeader, "no leader is known");

    public ValueTask WaitForAppliedAsync(long index, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<MemberObservation>> ObserveMembersAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<MemberObservation>>(SampleCluster.Observations(HasLeader));

    public ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
