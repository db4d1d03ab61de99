using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Checkers;

/// <summary>What of a step only an operator's command does: units and services made, machines made without a unit, and ends of what lived.</summary>
/// <param name="UnitsBorn">Such as <c>web/0</c>, by number.</param>
/// <param name="ServicesBorn">Such as <c>web</c>.</param>
/// <param name="MachinesBorn">Such as <c>3</c>; without those that a unit was assigned to in the same step, which the leader makes.</param>
/// <param name="Ended">What was alive, and is dying or gone.</param>
internal sealed record OperatorsPart(
    IReadOnlyList<string> UnitsBorn,
    IReadOnlyList<string> ServicesBorn,
    IReadOnlyList<string> MachinesBorn,
    IReadOnlyList<ModelRecord> Ended)
{
    public static OperatorsPart Of(ModelDifference difference)
    {
        HashSet<int> assigned = [.. difference.Step.Written.Select(w => w.Machine).OfType<int>()];
        return new OperatorsPart(
            [.. difference.Born.Where(b => b.IsUnit).Select(b => b.Name)],
            [.. difference.Born.Where(b => b.IsService).Select(b => b.Name)],
            [.. difference.Born.Where(b => b.IsMachine && !assigned.Contains(b.Number)).Select(b => b.Name)],
            difference.Ended);
    }

    public bool IsEmpty => Births == 0 && Ended.Count == 0;

    private int Births => UnitsBorn.Count + ServicesBorn.Count + MachinesBorn.Count;

    /// <summary>Whether a removal names a record.</summary>
    public static bool Names(ModelOperation removal, ModelRecord record) => removal.Kind switch
    {
        ModelOperationKind.RemoveUnits => record.IsUnit && removal.Named.Contains(record.Name),
        ModelOperationKind.RemoveMachines => record.IsMachine && removal.Named.Contains(record.Name),
        ModelOperationKind.RemoveService => !record.IsMachine && record.Service == removal.Service,
        _ => false,
    };

    /// <summary>Whether this is just what an operation does: all of it, and nothing else.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="records">The records behind the step.</param>
    public bool IsOf(ModelOperation operation, IReadOnlyDictionary<string, ModelRecord> records) => operation.Kind switch
    {
        ModelOperationKind.Deploy => ServicesBorn is [var made] && made == operation.Service && IsAdded(operation, UnitsBorn) && MachinesBorn.Count == 0,
        ModelOperationKind.AddUnits => ServicesBorn.Count == 0 && IsAdded(operation, UnitsBorn) && MachinesBorn.Count == 0,
        ModelOperationKind.AddMachines => UnitsBorn.Count + ServicesBorn.Count == 0 && IsAdded(operation, MachinesBorn),
        ModelOperationKind.RemoveService => Births == 0 && Ended.All(e => Names(operation, e))
            && !records.Values.Any(r => r.IsUnit && r.Service == operation.Service && !r.IsDying),
        _ => Births == 0 && Ended.All(e => Names(operation, e)),
    };

    public override string ToString() => string.Join(", ",
    [
        .. ServicesBorn.Select(s => $"service {s} was made"),
        .. UnitsBorn.Select(u => $"unit {u} was made"),
        .. MachinesBorn.Select(m => $"machine {m} was made"),
        .. Ended.Select(e => $"{e.Key} was removed"),
    ]);

    private bool IsAdded(ModelOperation operation, IReadOnlyList<string> born) =>
        Ended.Count == 0
        && born.Count == operation.Count
        && born.All(b => operation.Kind == ModelOperationKind.AddMachines || b.Split('/')[0] == operation.Service)
        && (operation.Status != OperationStatus.Ok || born.SequenceEqual(operation.Added));
}
