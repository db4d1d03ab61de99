namespace StateServer.Chaos.Histories;

/// <summary>One request that changes the model, as its client saw it: sent under one request id until it was answered.</summary>
internal sealed record ModelOperation
{
    public required int Process { get; init; }

    public required ModelOperationKind Kind { get; init; }

    /// <summary>The service; empty where machines are meant.</summary>
    public string Service { get; init; } = "";

    /// <summary>How many units or machines were asked for; 0 for a removal.</summary>
    public int Count { get; init; }

    /// <summary>The units or machines that a removal names, such as <c>web/0</c> or <c>3</c>.</summary>
    public IReadOnlyList<string> Named { get; init; } = [];

    /// <summary>The highest revision that its client had been told of when it sent it: it took effect later, if ever.</summary>
    public long Floor { get; init; }

    public OperationStatus Status { get; init; } = OperationStatus.Unknown;

    /// <summary>The revision of its acknowledgement; 0 where there is none.</summary>
    public long Revision { get; init; }

    /// <summary>The units or machines that its acknowledgement calls added.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>How it failed last; empty where it never did.</summary>
    public string Failure { get; init; } = "";

    /// <summary>In one line, for reports.</summary>
    public override string ToString() => Kind switch
    {
        ModelOperationKind.Deploy => $"the deploy of {Service} with {Count} units",
        ModelOperationKind.AddUnits => $"the adding of {Count} units to {Service}",
        ModelOperationKind.RemoveUnits => $"the removal of {string.Join(", ", Named)}",
        ModelOperationKind.RemoveService => $"the removal of {Service}",
        ModelOperationKind.AddMachines => $"the adding of {Count} machines",
        _ => $"the removal of machines {string.Join(", ", Named)}",
    };
}
