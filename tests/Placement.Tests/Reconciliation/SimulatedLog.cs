using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>A log of one member that applies by the real rules. The leader can be made to die at any command, before or after it is applied.</summary>
internal sealed class SimulatedLog(TimeProvider time) : IModelLog
{
    private readonly Lock _lock = new();
    private ReplicatedState _state = ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel };
    private long? _term = 1;

    public event Action? Changed;

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

    /// <summary>Commands that leaders proposed so far, refused ones too.</summary>
    public List<ModelCommand> Proposed { get; } = [];

    /// <summary>The leader dies at this proposal, counted from 1; 0 for never.</summary>
    public int DiesAt { get; set; }

    /// <summary>Whether that proposal is applied all the same.</summary>
    public bool DiesAfterApply { get; set; }

    /// <summary>Or it dies by this.</summary>
    public Crash? Crash { get; set; }

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

    public ModelSight Read()
    {
        lock (_lock)
        {
            return new(_state.Model, _state.Incarnation, [], Math.Max(_state.TimestampMilliseconds, Now()));
        }
    }

    public Task<Outcome> ProposeAsync(ModelCommand command, long term, CancellationToken cancellationToken)
    {
        Outcome outcome;
        lock (_lock)
        {
            if (_term != term)
            {
                throw new ModelLogException("another term", isUnknown: false);
            }

            Proposed.Add(command);
            var dies = Crash?.IsNow() ?? (Proposed.Count == DiesAt);
            if (dies)
            {
                _term = null;
            }

            if (dies && !(Crash?.Afterwards ?? DiesAfterApply))
            {
                throw new ModelLogException("the leader died", isUnknown: true);
            }

            outcome = Execute(command);
            if (dies)
            {
                throw new ModelLogException("the leader died", isUnknown: true);
            }
        }

        Changed?.Invoke();
        return Task.FromResult(outcome);
    }

    /// <summary>Somebody else's command: an operator's, an agent's. It must be accepted.</summary>
    public void Apply(ModelCommand command)
    {
        lock (_lock)
        {
            var outcome = Execute(command);
            Assert.False(outcome is Rejection, $"{command}: {outcome}");
        }

        Changed?.Invoke();
    }

    /// <summary>Begins a term that this member leads in.</summary>
    public long Elect(long term)
    {
        lock (_lock)
        {
            _term = term;
        }

        Changed?.Invoke();
        return term;
    }

    /// <summary>The leader is one no more.</summary>
    public void Depose()
    {
        lock (_lock)
        {
            _term = null;
        }

        Changed?.Invoke();
    }

    /// <summary>What a saved state becomes in a new cluster.</summary>
    public void Restore()
    {
        lock (_lock)
        {
            _state = RestoredState.Of(_state);
        }
    }

    private Outcome Execute(ModelCommand command)
    {
        var result = StateMachine.Apply(
            _state, _state.AppliedIndex + 1, _term ?? 1, new CommandBatch(_state.FeatureLevel, Now(), [new BatchItem(command, null, default)]));
        _state = result.State;
        return result.Outcomes[0];
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
