using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

/// <summary>A cloud with tokens: three zones, capacity for each, and ways to fail.</summary>
internal sealed class SimulatedProvider : IInstanceProvider
{
    /// <summary>What its largest machine has.</summary>
    public const int MostMemoryMiB = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Instance Instance, string Digest)> _byToken = [];

    public ProviderType Type => ProviderType.Local;

    public Dictionary<string, int> Capacity { get; } = new() { ["a"] = 100, ["b"] = 100, ["c"] = 100 };

    public HashSet<string> Failed { get; } = [];

    /// <summary>Launches that are made and whose answer is lost.</summary>
    public int AnswersLost { get; set; }

    /// <summary>True while it answers nothing.</summary>
    public bool Hangs { get; set; }

    /// <summary>True while listings are told to be incomplete and empty.</summary>
    public bool ListsNothing { get; set; }

    /// <summary>The leader's death in a call that changes something.</summary>
    public Crash? Crash { get; set; }

    /// <summary>What dies then.</summary>
    public Action Depose { get; set; } = () => { };

    /// <summary>While it is set, the next launch is made only when it is done, whoever still waits for it.</summary>
    public TaskCompletionSource? Late { get; set; }

    public IReadOnlyList<Instance> Made
    {
        get
        {
            lock (_lock)
            {
                return [.. _byToken.Values.Select(made => made.Instance)];
            }
        }
    }

    public async Task<ImmutableArray<ZoneObservation>> ListZonesAsync(CancellationToken cancellationToken)
    {
        await HangAsync(cancellationToken);
        return [.. Capacity.Keys.Order().Select(zone => new ZoneObservation(new Zone(zone), !Failed.Contains(zone), Failed.Contains(zone) ? "failed" : "available"))];
    }

    public async Task<Instance> LaunchAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        await HangAsync(cancellationToken);
        if (Late is { } late)
        {
            Late = null;
            await late.Task;
        }

        var dies = Dies();
        lock (_lock)
        {
            if (_byToken.TryGetValue(request.Token, out var known))
            {
                return known.Digest == request.Digest() ? known.Instance : throw new InvalidRequestException("the token was used with other bytes");
            }

            if (request.Constraints.MemoryMiB > MostMemoryMiB)
            {
                throw new InvalidRequestException($"no machine has {request.Constraints.MemoryMiB} MiB");
            }

            if (_byToken.Values.Count(made => made.Instance.Zone == request.Zone && IsLiving(made.Instance)) >= Capacity[request.Zone.Name])
            {
                throw new CapacityExhaustedException(request.Zone, $"zone {request.Zone} has no room");
            }

            var instance = new Instance(
                new InstanceId($"i-{request.Token}"), request.Tags, request.Attempt, request.Zone, InstanceState.Running, "10.0.0.1");
            _byToken[request.Token] = (instance, request.Digest());
            return dies || AnswersLost-- > 0 ? throw new TransientException("the answer was lost") : instance;
        }
    }

    public async Task<InstanceListing> ListInstancesAsync(EnvironmentId environment, CancellationToken cancellationToken)
    {
        await HangAsync(cancellationToken);
        lock (_lock)
        {
            return ListsNothing
                ? new([], "half of the cloud does not answer")
                : new([.. _byToken.Values.Select(made => made.Instance).Where(made => made.Tags.Environment == environment).OrderBy(made => made.Id)], "");
        }
    }

    public async Task TerminateAsync(EnvironmentId environment, InstanceId instance, CancellationToken cancellationToken)
    {
        await HangAsync(cancellationToken);
        var dies = Dies();
        End(instance);
        if (dies)
        {
            throw new TransientException("the leader died");
        }
    }

    /// <summary>An instance ends, by itself or by order.</summary>
    public void End(InstanceId instance)
    {
        lock (_lock)
        {
            foreach (var (token, made) in _byToken.Where(made => made.Value.Instance.Id == instance).ToList())
            {
                _byToken[token] = made with { Instance = made.Instance with { State = InstanceState.Terminated } };
            }
        }
    }

    /// <summary>An instance that nobody asked for in this log.</summary>
    public void Plant(InstanceTags tags, int attempt, string zone)
    {
        lock (_lock)
        {
            _byToken[$"stray-{tags.Machine}-{tags.Incarnation}"] = (
                new Instance(new InstanceId($"stray-{tags.Machine}-{tags.Incarnation}"), tags, attempt, new Zone(zone), InstanceState.Running, null), "");
        }
    }

    public static bool IsLiving(Instance instance) => instance.State is not (InstanceState.Terminated or InstanceState.Terminating);

    /// <summary>True where the leader died, and what was asked for happens all the same.</summary>
    private bool Dies()
    {
        if (Crash?.IsNow() != true)
        {
            return false;
        }

        Depose();
        return Crash.Afterwards ? true : throw new TransientException("the leader died");
    }

    private Task HangAsync(CancellationToken cancellationToken) =>
        Hangs ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken) : Task.CompletedTask;
}
