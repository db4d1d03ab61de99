using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Bench.Placement;

/// <summary>A model that goes on by the real rules, one command an entry. Not thread-safe.</summary>
internal sealed class PlacementLog(ModelState model)
{
    private static readonly string Hash = new('0', 64);

    private ReplicatedState _state = ReplicatedState.Empty with { FeatureLevel = ModelCommand.FirstFeatureLevel, Model = model };

    public ModelState Model => _state.Model;

    /// <summary>An operator adds a unit.</summary>
    public void Add(ServiceName service) => Apply(new AddUnitsCommand(service, 1, PlacementDirective.None));

    /// <summary>The leader's loop does what a plan says, and the machine is launched.</summary>
    public void Carry(AddMachineStep step)
    {
        InstanceId instance = new($"i-{step.Machine}");
        Apply(new AssignUnitsCommand(
            step.Machine.Value,
            [new NewMachine(step.Series, step.Constraints, step.Directive, step.Zone)],
            [new UnitAssignment(step.Unit, step.Machine)]));
        Apply(new BeginLaunchCommand(step.Machine, 1, step.Zone, Hash));
        Apply(new ReportMachineCommand(step.Machine, instance, "h:1", "1"));
    }

    private void Apply(Command command)
    {
        BatchResult result = StateMachine.Apply(
            _state, _state.AppliedIndex + 1, 1, new CommandBatch(_state.FeatureLevel, 0, [new BatchItem(command, null, default)]));
        _state = result.Outcomes[0] is Rejection refused ? throw new InvalidOperationException($"{command}: {refused.Detail}") : result.State;
    }
}
