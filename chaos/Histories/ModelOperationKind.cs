namespace StateServer.Chaos.Histories;

/// <summary>What a request was to change of the model.</summary>
internal enum ModelOperationKind
{
    Deploy,
    AddUnits,
    RemoveUnits,
    RemoveService,
    AddMachines,
    RemoveMachines,
}
