using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;
using StateServer.Protos.Operator;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Operators who deploy, add and remove under request ids, repeated through other members until answered. The environment asks of
/// each machine what no local machine has: so the leader places units on machines in zones, and tries to launch those, but no process
/// is ever started.
/// </summary>
internal sealed class DeployWorkload : IWorkload
{
    /// <summary>Each unit is placed on a machine of its own, for which launches are begun and end: more than a few a second of each client is more load than all others.</summary>
    private const double MostRatePerClient = 5;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    /// <summary>The provider's own, as <c>server</c> has them by default.</summary>
    private static readonly string[] Zones = ["local-a", "local-b", "local-c"];

    private readonly ModelLog _log = new();
    private ModelWatch? _watch;
    private long _emptyAt;
    private Status _unbegun;

    public string Name => "deploy";

    public string Description => "services, units and machines deployed, added and removed under request ids repeated through other members: each applied exactly once, no number twice, spread evenly";

    public IReadOnlyList<string> MemberOptions(string folder) => ["--local-root", Path.Combine(folder, "machines")];

    public async Task RunAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        if (!await BeginAsync(context, cancellationToken))
        {
            return;
        }

        using var stop = new CancellationTokenSource();
        _watch = new ModelWatch(context, _emptyAt);
        Task following = Task.Run(() => _watch.RunAsync(stop.Token), CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));
        await stop.CancelAsync();
        await following;
    }

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        if (_watch is null)
        {
            throw new FinalReadFailedException($"no environment could be bootstrapped: {_unbegun}");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task following = Task.Run(() => _watch.RunAsync(stop.Token), CancellationToken.None);
        List<Verdict> verdicts = [];
        try
        {
            verdicts.Add(await JudgeSpreadAsync(context, cancellationToken));
            verdicts.Add(await JudgeViewsAsync(context, cancellationToken));
            verdicts.AddRange(await CompleteHistoryAsync(context, cancellationToken) is { } incomplete ? [incomplete] : Array.Empty<Verdict>());
        }
        finally
        {
            await stop.CancelAsync();
            await following;
        }

        string? complaint = _watch.Complaint ?? _log.Complaints.FirstOrDefault();
        var evidence = new ModelEvidence { EmptyAt = _emptyAt, Steps = _watch.Steps, Operations = _log.Operations, Looks = _log.Looks, Repetitions = _log.Repetitions };
        verdicts.Add(complaint is null ? DeployChecker.Check(evidence) : new Verdict("deploy", Conclusion.Violated, complaint));
        if (verdicts.Any(v => v.Conclusion == Conclusion.Violated))
        {
            await KeepAsync(context.OutputFolder, cancellationToken);
        }

        return verdicts;
    }

    /// <summary>Makes the environment, and notes a revision before it.</summary>
    private async Task<bool> BeginAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        var request = new BootstrapRequest
        {
            Id = (ulong)context.Seed + 1,
            Name = "chaos",
            Type = "local",
            DefaultSeries = "none",
            Constraints = "tags=of-no-local-machine",
            ReplaceAfterSeconds = 5,
        };
        while (!cancellationToken.IsCancellationRequested)
        {
            // The members' own keys are there as soon as the members are registered.
            if (_emptyAt == 0 && (await client.PrefixAsync(ModelReading.Prefix)).Response is { } empty && !ModelReading.OfModel(empty.Kvs).Any())
            {
                _emptyAt = empty.Header.Revision;
            }

            if (_emptyAt > 0 && (await BootstrapAsync(client, request)).Status == OperationStatus.Ok)
            {
                return true;
            }

            _unbegun = client.LastFailure;

            await Task.Delay(BetweenTries, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>Refused until all members have been raised to the feature level that knows environments; that is no failure of theirs.</summary>
    private static Task<(OperationStatus Status, BootstrapResponse? Response)> BootstrapAsync(MemberClient client, BootstrapRequest request) =>
        client.CallChannelAsync(
            (channel, options) => new Protos.Operator.Environments.EnvironmentsClient(channel).BootstrapAsync(request, options), counts: false);

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(context.Seed, process, 29));
        using var caller = new ModelCaller(context, process, _log, random);
        var client = new DeployClient(process, context, caller, random);
        WorkloadContext paced = context with { RatePerClient = Math.Min(context.RatePerClient, MostRatePerClient) };
        while (!cancellationToken.IsCancellationRequested)
        {
            await client.StepAsync(cancellationToken);
            await paced.PaceAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Waits until all stands; adds to each service what its emptier zones lack, as removals by name leave them uneven and nothing that
    /// stands is moved; and judges when that stands too.
    /// </summary>
    private async Task<Verdict> JudgeSpreadAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var caller = new ModelCaller(context, 0, _log, new Random(context.Seed));
        IReadOnlyList<ModelRecord> records = await SettleAsync(caller, cancellationToken);
        foreach (ModelRecord service in records.Where(r => r is { IsService: true, IsDying: false }))
        {
            IReadOnlyDictionary<string, int> spread = SpreadChecker.Of(service.Name, records, Zones);
            var request = new AddUnitsRequest { Service = service.Name, Units = spread.Values.Sum(count => spread.Values.Max() - count) };
            if (request.Units > 0)
            {
                await caller.PerformAsync(
                    new ModelOperation { Process = 0, Kind = ModelOperationKind.AddUnits, Service = service.Name, Count = request.Units },
                    (model, options) => model.AddUnitsAsync(request, options),
                    cancellationToken);
            }
        }

        return SpreadChecker.Check(await SettleAsync(caller, cancellationToken), Zones);
    }

    /// <summary>The model when nothing is under way any more, or as it is after a while.</summary>
    private static async Task<IReadOnlyList<ModelRecord>> SettleAsync(ModelCaller caller, CancellationToken cancellationToken)
    {
        long end = WorkloadContext.Now + (long)SettleLimit.TotalNanoseconds;
        IReadOnlyList<ModelRecord>? records = null;
        do
        {
            records = await caller.LookAsync() ?? records;
            if (records is not null && SpreadChecker.Unsettled(records) is null)
            {
                return records;
            }

            await Task.Delay(BetweenTries, cancellationToken);
        }
        while (WorkloadContext.Now < end);
        return records ?? throw new FinalReadFailedException($"the final read of the model failed: {caller.Client.LastFailure}");
    }

    /// <summary>Makes one last change, and waits until the watch was told of it: then it was told of all before.</summary>
    /// <returns>Null, or that it wasn't.</returns>
    private async Task<Verdict?> CompleteHistoryAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var caller = new ModelCaller(context, 0, _log, new Random(context.Seed));
        ModelOperation? last = await caller.PerformAsync(
            new ModelOperation { Process = 0, Kind = ModelOperationKind.AddMachines, Count = 1 },
            (model, options) => model.AddMachinesAsync(new AddMachinesRequest { Machines = 1 }, options),
            cancellationToken);
        if (last is not { Status: OperationStatus.Ok })
        {
            throw new FinalReadFailedException($"the last change of the model failed: {last?.Failure}");
        }

        long end = WorkloadContext.Now + (long)EndLimit.TotalNanoseconds;
        while (_watch!.Reached < last.Revision && WorkloadContext.Now < end)
        {
            await Task.Delay(BetweenTries, cancellationToken);
        }

        return _watch.Reached >= last.Revision ? null : new Verdict(
            "deploy", Conclusion.Violated, $"a watch of the model was told up to revision {_watch.Reached} only, {EndLimit.TotalSeconds:0} s after the last change at {last.Revision}");
    }

    private static async Task<Verdict> JudgeViewsAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        List<(ModelLook, IReadOnlyDictionary<string, string>)> members = [];
        foreach (MemberProcess member in context.Cluster.Members)
        {
            members.Add(await ReadAsync(member, cancellationToken));
        }

        return ModelViewChecker.Check(members);
    }

    /// <summary>One member's answer, and its own view at the answer's revision.</summary>
    private static async Task<(ModelLook Answer, IReadOnlyDictionary<string, string> View)> ReadAsync(MemberProcess member, CancellationToken cancellationToken)
    {
        const int MostTries = 20;
        using GrpcChannel channel = Connections.Open(member);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(WorkloadContext.CallLimit);
                GetModelResponse answer = await new Model.ModelClient(channel).GetModelAsync(new GetModelRequest(), cancellationToken: limit.Token);
                var request = new RangeRequest
                {
                    Key = MemberClient.Bytes(ModelReading.Prefix),
                    RangeEnd = MemberClient.After(ModelReading.Prefix),
                    Revision = answer.Revision,
                    Serializable = true,
                };
                RangeResponse view = await new KV.KVClient(channel).RangeAsync(request, cancellationToken: limit.Token);
                return (ModelReading.Look(member.Name, 0, answer), ModelReading.OfModel(view.Kvs).Select(ModelReading.Record).ToDictionary(r => r.Key, r => r.Text));
            }
            catch (RpcException failure)
            {
                if (attempt == MostTries)
                {
                    throw new FinalReadFailedException($"{member.Name} did not answer the final read of the model: {failure.Status}");
                }

                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }

    /// <summary>Writes down what was seen, for who looks into a violation.</summary>
    private async Task KeepAsync(string folder, CancellationToken cancellationToken)
    {
        await File.WriteAllLinesAsync(Path.Combine(folder, "deploy-operations.jsonl"), _log.Operations.Select(o => JsonSerializer.Serialize(o)), cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(folder, "deploy-steps.jsonl"), _watch!.Steps.Select(s => JsonSerializer.Serialize(s)), cancellationToken);
    }
}
