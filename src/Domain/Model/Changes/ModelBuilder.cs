using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Model.View;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Model.Changes;

/// <summary>
/// Executes commands on the model, and writes what they changed of its readable view through the keyspace: one revision a command.
/// Not thread-safe.
/// </summary>
internal sealed class ModelBuilder(ModelState model, KeyspaceBuilder keyspace, long now)
{
    private readonly ModelDraft _draft = new(model, now);

    /// <summary>The model as it is being changed, for commands that change more than the model.</summary>
    public ModelDraft Draft => _draft;

    /// <summary>Executes one command; a refused one changes nothing.</summary>
    public Outcome Execute(ModelCommand command, int featureLevel)
    {
        if (featureLevel < ModelCommand.FirstFeatureLevel)
        {
            return new Rejection(
                RejectionReason.FeatureLevel,
                $"the model needs feature level {ModelCommand.FirstFeatureLevel}, and {featureLevel} is in force until every " +
                "member runs a newer executable");
        }

        if (_draft.Environment is null && command is not BootstrapEnvironmentCommand)
        {
            return ModelRefusal.NotFound("there is no environment yet; bootstrap one first");
        }

        if (Run(command) is { } refused)
        {
            return _draft.IsChanged
                ? throw new InvalidOperationException($"{command.GetType().Name} was refused ({refused.Detail}) half done")
                : refused;
        }

        ModelPublisher.Publish(_draft, keyspace);
        keyspace.EndTransaction();
        Outcome outcome = _draft.Added is { } added
            ? new AddedOutcome(keyspace.Revision, added.First, added.Count)
            : new DoneOutcome(keyspace.Revision);
        _draft.EndCommand();
        return outcome;
    }

    /// <summary>Makes the model that of a cluster which is made of a snapshot, or of one member's disk.</summary>
    /// <param name="recovered">The one member; null where it was a snapshot.</param>
    public void Restore(RecoveredMember? recovered)
    {
        if (recovered is null)
        {
            RestoreRules.Begin(_draft);
        }
        else
        {
            RecoveryRules.Begin(_draft, recovered);
        }

        ModelPublisher.Publish(_draft, keyspace);
        keyspace.EndTransaction();
        _draft.EndCommand();
    }

    public ModelState ToState() => _draft.ToState();

    private Rejection? Run(ModelCommand command) => command switch
    {
        BootstrapEnvironmentCommand bootstrap => EnvironmentRules.Bootstrap(_draft, bootstrap.Settings),
        SetConstraintsCommand set => EnvironmentRules.SetConstraints(_draft, set),
        DeployServiceCommand deploy => ServiceRules.Deploy(_draft, deploy),
        RemoveServiceCommand remove => ServiceRules.Remove(_draft, remove.Service),
        ExposeServiceCommand expose => ServiceRules.Expose(_draft, expose),
        UnexposeServiceCommand unexpose => ServiceRules.Unexpose(_draft, unexpose.Service),
        AddUnitsCommand add => ServiceRules.AddUnits(_draft, add),
        RemoveUnitsCommand remove => UnitRules.Remove(_draft, remove.Units),
        RemoveDeadUnitsCommand remove => UnitRules.RemoveDead(_draft, remove.Units),
        AssignUnitsCommand assign => AssignmentRules.Assign(_draft, assign),
        UnassignUnitsCommand unassign => AssignmentRules.Unassign(_draft, unassign),
        ConfirmPredecessorsEndedCommand confirm => AssignmentRules.ConfirmEnded(_draft, confirm.Predecessors),
        AddMachinesCommand add => MachineRules.Add(_draft, add),
        AdoptMachineCommand adopt => MachineRules.Adopt(_draft, adopt),
        RemoveMachinesCommand remove => MachineEndRules.Remove(_draft, remove),
        MachineTerminatedCommand terminated => MachineEndRules.Terminated(_draft, terminated.Machine),
        MarkMachineLostCommand lost => MachineEndRules.Lose(_draft, lost),
        ConfirmMachinesLostCommand lost => MachineEndRules.ConfirmLost(_draft, lost.Machines),
        ConfirmRestoreCommand => RestoreRules.Confirm(_draft),
        NoteWaitingCommand note => NoticeRules.Note(_draft, note),
        MarkMachineReturnedCommand returned => MachineEndRules.Return(_draft, returned.Machine),
        RetryProvisioningCommand retry => MachineRules.Retry(_draft, retry.Machine),
        CordonMachineCommand cordon => MachineRules.Cordon(_draft, cordon),
        ReserveZoneCommand reserve => LaunchRules.Reserve(_draft, reserve),
        BeginLaunchCommand begin => LaunchRules.Begin(_draft, begin),
        EndLaunchCommand end => LaunchRules.End(_draft, end),
        ReportMachineCommand report => LaunchRules.Report(_draft, report),
        ReportUnitsCommand report => ReportRules.Report(_draft, report),
        CordonZoneCommand cordon => ZoneRules.Cordon(_draft, cordon),
        ClearAvoidedZonesCommand clear => ZoneRules.Clear(_draft, clear.Zones),
        _ => throw new InvalidOperationException($"an unknown command {command.GetType().Name}"),
    };
}
