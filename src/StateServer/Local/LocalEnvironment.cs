using System.Collections.Immutable;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Protos.Operator;
using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>The environment that a local cluster holds the state of: made when all is up, its machines stopped and started beside the members.</summary>
/// <param name="root">The cluster's folder.</param>
/// <param name="cluster">The cluster.</param>
internal sealed class LocalEnvironment(LocalRoot root, LocalCluster cluster)
{
    /// <summary>From the start of members to the feature level that knows environments is a second or two.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A question to an environment that may be down: the answer is worth no more.</summary>
    private static readonly TimeSpan JudgePatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly LocalPower _power = new(cluster.ProviderOptions(root), TimeProvider.System);

    /// <summary>Makes the environment, where the cluster has none. The members serve.</summary>
    /// <param name="spec">What it is to be.</param>
    /// <param name="series">The default series in place of the spec's, or null.</param>
    /// <param name="constraints">The constraints in place of the spec's, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its id, and true where it was made now.</returns>
    /// <exception cref="LocalFailureException">It could not be made; the message says why, and it may be tried again.</exception>
    public async Task<(EnvironmentId Id, bool IsNew)> EnsureAsync(
        EnvironmentSpec spec, string? series, Constraints? constraints, CancellationToken cancellationToken)
    {
        await using var client = new StateServerClient(new ClientOptions { Endpoints = LocalEndpoints.Of(root, cluster) });
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                GetModelResponse model = await client.GetModelAsync(new GetModelRequest(), cancellationToken);
                if (model.Environment is { } known && (cluster.IsFixed || model.Machines.Count > 0))
                {
                    return (new EnvironmentId(known.Id), false);
                }

                BootstrapRequest request = WithMembers(Request(spec, series, constraints, cluster.IsFixed ? new(MintedId.Next()) : cluster.Environment));
                BootstrapResponse made = await client.BootstrapAsync(request, cancellationToken);
                return (new EnvironmentId(made.Id), true);
            }
            catch (StateServerException failure) when (
                failure.Code == Grpc.Core.StatusCode.Unavailable && TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
            catch (StateServerException failure)
            {
                throw new LocalFailureException(
                    wrongUse: false, $"the environment could not be made: {failure.Message.ReplaceLineEndings(" ")}; run the command again");
            }
        }
    }

    /// <summary>Asks a bootstrapped environment what it says of other settings.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="endpoints">Where it is reached.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it refuses them, such as <c>cannot change default-series</c>; null where it takes them as its own, or doesn't answer.</returns>
    public static async Task<string?> JudgeAsync(
        EnvironmentSpec spec, ImmutableArray<string> endpoints, CancellationToken cancellationToken)
    {
        await using var client = new StateServerClient(new ClientOptions { Endpoints = endpoints, MaxAttempts = 3, CallTimeout = JudgePatience });
        try
        {
            await client.BootstrapAsync(Request(spec, null, null, new(MintedId.Next())), cancellationToken);
            return null;
        }
        catch (StateServerException failure)
        {
            return failure is { Code: Grpc.Core.StatusCode.FailedPrecondition, InnerException: Grpc.Core.RpcException refusal }
                ? refusal.Status.Detail.Replace("stateserver: ", "", StringComparison.Ordinal)
                : null;
        }
    }

    /// <summary>Starts the machines that were stopped.</summary>
    public Task<ImmutableArray<InstanceId>> StartMachinesAsync(CancellationToken cancellationToken) =>
        ProviderWork.ToldAsync<ImmutableArray<InstanceId>>(async () => _power.HasMachines ? await _power.StartAsync(cancellationToken) : []);

    /// <summary>Stops all machines, which no member may launch meanwhile.</summary>
    public Task<ImmutableArray<InstanceId>> StopMachinesAsync(CancellationToken cancellationToken) =>
        ProviderWork.ToldAsync<ImmutableArray<InstanceId>>(async () => _power.HasMachines ? await _power.StopAsync(cancellationToken) : []);

    /// <summary>Ends all machines for good, and removes what the provider keeps beside them.</summary>
    public Task<ImmutableArray<InstanceId>> DestroyMachinesAsync(CancellationToken cancellationToken) =>
        ProviderWork.ToldAsync(() => _power.DestroyAsync(cancellationToken));

    private static BootstrapRequest Request(EnvironmentSpec spec, string? series, Constraints? constraints, EnvironmentId id)
    {
        EnvironmentSettings settings = spec.ToSettings(id);
        var request = new BootstrapRequest
        {
            Id = settings.Id.Value,
            Name = settings.Name,
            Type = ProviderTypeText.Format(settings.Type),
            Region = settings.Region,
            AvailabilitySetsEnabled = settings.AvailabilitySetsEnabled,
            DefaultSeries = series ?? settings.DefaultSeries,
            Constraints = ConstraintText.Format(constraints ?? settings.Constraints),
            ReplaceAfterSeconds = settings.ReplaceAfterSeconds,
        };
        request.Zones.AddRange(settings.ZoneFilter.Select(zone => zone.Name));
        foreach (var (of, image) in settings.Images)
        {
            request.Images[of] = image;
        }

        return request;
    }

    /// <summary>With the machines that the members run on. An environment's first member is an instance of the provider; fixed members are none.</summary>
    private BootstrapRequest WithMembers(BootstrapRequest request)
    {
        string? first = cluster.IsFixed
            ? null
            : _power.Look(InstanceRole.StateServer).FirstOrDefault(sight => sight.Machine.Tags.Machine == FirstMember.Machine)?.Machine.Id.Name;
        request.Machines.AddRange(cluster.Members.OrderBy(member => member.Slot).Select(member => new StandingMachine
        {
            Member = member.Id.Value,
            Zone = member.Zone,
            Instance = first ?? member.Name,
            Address = "127.0.0.1",
        }));
        return request;
    }
}
