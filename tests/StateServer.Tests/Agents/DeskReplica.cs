using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.StateServer.Tests.Reports;

namespace StateServer.StateServer.Tests.Agents;

/// <summary>A leader of one term with an environment in memory: replica and log at once, by the real rules. Thread-safe.</summary>
internal sealed class DeskReplica : IReplica, IModelLog
{
    public const long Term = 7;

    private readonly Lock _lock = new();
    private ReplicatedState _state = ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel };
    private long? _term = Term;

    public DeskReplica() => Do(new BootstrapEnvironmentCommand(new EnvironmentSettings(
        new EnvironmentId(4),
        "test",
        ProviderType.Local,
        "",
        [],
        false,
        "noble",
        Constraints.None,
        ImmutableSortedDictionary<string, string>.Empty,
        5)));

    public event Action? Changed;

    public event Action<AppliedEntry>? Applied
    {
        add { }
        remove { }
    }

    /// <summary>A quorum round answers when this is done; null where it answers at once.</summary>
    public TaskCompletionSource? Round { get; set; }

    /// <summary>Quorum rounds that began.</summary>
    public int Rounds { get; private set; }

    /// <summary>Commands that the desk proposed, those that did not come through too.</summary>
    public List<ModelCommand> Proposed { get; } = [];

    /// <summary>So many proposals from now on have an unknown outcome, though they are executed.</summary>
    public int Unknown { get; set; }

    public ReplicatedState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    public ModelState Model => State.Model;

    public MemberStatus Status => SampleCluster.Status(0, MemberRole.Leader, SampleCluster.Ids[0]);

    public MemberPosition Position { get; set; } = new(SampleCluster.Ids[0], Term, false);

    public long? LeadingTerm
    {
        get
        {
            lock (_lock)
            {
                return _term;
            }
        }
    }

    public ModelSight Read() => new(Model, State.Incarnation, [], State.TimestampMilliseconds);

    /// <summary>It leads in another term, or none.</summary>
    public void Lead(long? term)
    {
        lock (_lock)
        {
            _term = term;
        }

        Changed?.Invoke();
    }

    /// <summary>Somebody's command, which must be accepted.</summary>
    public void Do(ModelCommand command)
    {
        lock (_lock)
        {
            var outcome = Execute(command);
            Assert.False(outcome is Rejection, $"{command}: {outcome}");
        }

        Changed?.Invoke();
    }

    /// <summary>Registers members, so that the leader's address is known.</summary>
    public void Register() => Restore(State with { Members = SampleCluster.Registered });

    /// <summary>Sets the state.</summary>
    public void Restore(ReplicatedState state)
    {
        lock (_lock)
        {
            _state = state;
        }
    }

    public Task<Outcome> ProposeAsync(ModelCommand command, long term, CancellationToken cancellationToken)
    {
        Outcome outcome;
        lock (_lock)
        {
            Proposed.Add(command);
            if (_term != term)
            {
                throw new ModelLogException("another term", isUnknown: false);
            }

            outcome = Execute(command);
            if (Unknown-- > 0)
            {
                throw new ModelLogException("nobody knows", isUnknown: true);
            }
        }

        Changed?.Invoke();
        return Task.FromResult(outcome);
    }

    public async ValueTask<ReplicatedState> ReadLinearizableAsync(CancellationToken cancellationToken)
    {
        Rounds++;
        if (LeadingTerm is null)
        {
            throw new ReadRefusedException(ReadRefusal.NoLeader, "no leader is known");
        }

        if (Round is { } round)
        {
            await round.Task.WaitAsync(cancellationToken);
        }

        return State;
    }

    public ValueTask<Outcome> ProposeAsync(Command command, RequestId? request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask WaitForAppliedAsync(long index, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<MemberObservation>> ObserveMembersAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Outcome Execute(ModelCommand command)
    {
        var result = StateMachine.Apply(
            _state, _state.AppliedIndex + 1, Term, new CommandBatch(_state.FeatureLevel, 1_000, [new BatchItem(command, null, default)]));
        _state = result.State;
        return result.Outcomes[0];
    }
}
