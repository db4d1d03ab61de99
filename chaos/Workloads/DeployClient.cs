using StateServer.Chaos.Histories;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// One operator: deploys a service of its own, adds and removes units, removes the service and deploys it or another one again, adds
/// machines, and takes away those that stand empty. Used by one task.
/// </summary>
internal sealed class DeployClient(int process, WorkloadContext context, ModelCaller caller, Random random)
{
    /// <summary>Names that a client takes in turn: few, so that services come again under a name that was removed.</summary>
    private const int Names = 3;

    private const int MostUnits = 8;
    private const int MostRemovedAtOnce = 20;

    /// <summary>Machines of its own that stand empty at its last look.</summary>
    private readonly List<string> _empty = [];
    private readonly List<string> _units = [];
    private string _service = $"c{process}-0";
    private bool _isThere;
    private bool _isSure = true;

    /// <summary>Does one thing.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        int choice = random.Next(100);
        if (!_isSure || choice >= 85)
        {
            await LookAsync();
            return;
        }

        ModelOperation? done = choice switch
        {
            >= 75 when _empty.Count > 0 => await RemoveMachinesAsync(cancellationToken),
            >= 72 => await AddMachinesAsync(cancellationToken),
            _ when !_isThere => await DeployAsync(cancellationToken),

            // What is there already is refused, and so must stay without effect.
            >= 69 => await DeployAsync(cancellationToken),
            < 6 => await RemoveServiceAsync(cancellationToken),
            < 32 when _units.Count > 0 => await RemoveUnitsAsync(cancellationToken),
            _ when _units.Count >= MostUnits => await RemoveUnitsAsync(cancellationToken),
            _ => await AddUnitsAsync(cancellationToken),
        };
        _isSure = done is { Status: OperationStatus.Ok };
    }

    private async Task LookAsync()
    {
        if (await caller.LookAsync() is not { } records)
        {
            return;
        }

        _isSure = true;
        _isThere = records.Any(r => r is { IsService: true, IsDying: false } && r.Name == _service);
        _units.Clear();
        _units.AddRange(records.Where(r => r is { IsUnit: true, IsDying: false } && r.Service == _service).Select(r => r.Name));
        HashSet<int> used = [.. records.Select(r => r.Machine).OfType<int>()];
        _empty.Clear();
        _empty.AddRange(records.Where(r => r is { IsMachine: true, IsDying: false } && !used.Contains(r.Number) && r.Number % context.Clients == process)
            .Select(r => r.Name).Take(MostRemovedAtOnce));
        caller.Client.MoveOn();
    }

    private async Task<ModelOperation?> DeployAsync(CancellationToken cancellationToken)
    {
        var request = new DeployRequest
        {
            Service = _service,
            Units = random.Next(6),
            MaxSkew = 1 + random.Next(2),
            WhenUnsatisfiable = random.Next(2) == 0 ? WhenUnsatisfiable.Refuse : WhenUnsatisfiable.Relax,
        };
        var asked = new ModelOperation { Process = process, Kind = ModelOperationKind.Deploy, Service = _service, Count = request.Units };
        ModelOperation? done = await caller.PerformAsync(asked, (model, options) => model.DeployAsync(request, options), cancellationToken);
        _isThere = true;
        _units.AddRange(done?.Added ?? []);
        return done;
    }

    private async Task<ModelOperation?> AddUnitsAsync(CancellationToken cancellationToken)
    {
        var request = new AddUnitsRequest { Service = _service, Units = 1 + random.Next(3) };
        var asked = new ModelOperation { Process = process, Kind = ModelOperationKind.AddUnits, Service = _service, Count = request.Units };
        ModelOperation? done = await caller.PerformAsync(asked, (model, options) => model.AddUnitsAsync(request, options), cancellationToken);
        _units.AddRange(done?.Added ?? []);
        return done;
    }

    private Task<ModelOperation?> RemoveUnitsAsync(CancellationToken cancellationToken)
    {
        string[] units = [.. _units.OrderBy(_ => random.Next()).Take(1 + random.Next(3))];
        _units.RemoveAll(units.Contains);
        var request = new RemoveUnitsRequest { Units = { units } };
        var asked = new ModelOperation { Process = process, Kind = ModelOperationKind.RemoveUnits, Named = units };
        return caller.PerformAsync(asked, (model, options) => model.RemoveUnitsAsync(request, options), cancellationToken);
    }

    private async Task<ModelOperation?> RemoveServiceAsync(CancellationToken cancellationToken)
    {
        var request = new RemoveServiceRequest { Service = _service };
        var asked = new ModelOperation { Process = process, Kind = ModelOperationKind.RemoveService, Service = _service };
        ModelOperation? done = await caller.PerformAsync(asked, (model, options) => model.RemoveServiceAsync(request, options), cancellationToken);
        if (done is { Status: OperationStatus.Ok })
        {
            _isThere = false;
            _units.Clear();
            _service = $"c{process}-{random.Next(Names)}";
        }

        return done;
    }

    /// <summary>Every other time it takes them away again at once: then the highest number there was stands no more.</summary>
    private async Task<ModelOperation?> AddMachinesAsync(CancellationToken cancellationToken)
    {
        var request = new AddMachinesRequest { Machines = 1 + random.Next(2) };
        var asked = new ModelOperation { Process = process, Kind = ModelOperationKind.AddMachines, Count = request.Machines };
        ModelOperation? done = await caller.PerformAsync(asked, (model, options) => model.AddMachinesAsync(request, options), cancellationToken);
        if (done is not { Status: OperationStatus.Ok } || random.Next(2) == 0)
        {
            return done;
        }

        _empty.Clear();
        _empty.AddRange(done.Added);
        return await RemoveMachinesAsync(cancellationToken);
    }

    private Task<ModelOperation?> RemoveMachinesAsync(CancellationToken cancellationToken)
    {
        string[] machines = [.. _empty];
        _empty.Clear();
        var request = new RemoveMachinesRequest { Machines = { machines } };
        var asked = new ModelOperation { Process = process, Kind = ModelOperationKind.RemoveMachines, Named = machines };
        return caller.PerformAsync(asked, (model, options) => model.RemoveMachinesAsync(request, options), cancellationToken);
    }
}
