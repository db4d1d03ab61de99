using System.Collections.Immutable;
using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Api.Model;
using StateServer.Consensus;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Environments;
using StateServer.Protos.Operator;
using EnvironmentName = StateServer.Environments.EnvironmentName;

namespace StateServer.Api.Operator;

/// <summary><c>stateserver.operator.v1.Environments</c>, on any member. Thread-safe.</summary>
/// <param name="replica">This member.</param>
/// <param name="reads">Where states come from.</param>
/// <param name="guards">What is asked of every call.</param>
internal sealed class EnvironmentService(IReplica replica, ModelReads reads, CallGuards guards) : Protos.Operator.Environments.EnvironmentsBase
{
    /// <summary>As many as a cluster has members.</summary>
    private const int MostMachines = 7;

    /// <inheritdoc/>
    public override async Task<BootstrapResponse> Bootstrap(BootstrapRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var stop = context.CancellationToken;
        var state = await reads.ReadAsync(serializable: false, stop);
        var settings = Settings(request);
        if (state.FeatureLevel < ModelCommand.FirstFeatureLevel)
        {
            throw FailureTranslation.Refused(new Status(
                StatusCode.Unavailable, "stateserver: members are being raised to the feature level that knows environments; try again"));
        }

        if (state.Model.Environment is { } known)
        {
            settings = settings with { Id = known.Id };
        }

        if (state.Model.Environment != settings)
        {
            await BootstrapAsync(settings, stop);
        }

        long revision = state.Keyspace.Revision.Value;
        foreach (var machine in request.Machines)
        {
            var adopt = new AdoptMachineCommand(
                new NodeId(machine.Member), settings.DefaultSeries, new Zone(machine.Zone), new InstanceId(machine.Instance), machine.Address);
            var outcome = await replica.ExecuteAsync(adopt, null, stop);
            revision = outcome is AddedOutcome added ? added.Revision.Value : revision;
        }

        return new BootstrapResponse { Id = settings.Id.Value, Revision = revision };
    }

    /// <summary>Another caller may have been first: then its settings hold, if they are the same.</summary>
    private async Task BootstrapAsync(EnvironmentSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await replica.ExecuteAsync(new BootstrapEnvironmentCommand(settings), null, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // The same settings.
        }
    }

    private static EnvironmentSettings Settings(BootstrapRequest request)
    {
        if (request.Id == 0
            || ProviderTypeText.Parse(request.Type) is not { } type
            || EnvironmentName.Error(request.Name) is not null
            || request.Machines.Count > MostMachines
            || request.ReplaceAfterSeconds is < 1 or > 86_400)
        {
            throw ModelFailure.Wrong(
                $"a bootstrap gives an id, a name, a type, replace_after_seconds from 1 to 86400 and at most {MostMachines} machines");
        }

        if (ConstraintText.TryParse(request.Constraints, out ConstraintRequest constraints) is { } wrong)
        {
            throw ModelFailure.Wrong(wrong);
        }

        return new(
            new EnvironmentId(request.Id),
            request.Name,
            type,
            request.Region,
            [.. request.Zones.Select(zone => new Zone(zone))],
            request.AvailabilitySetsEnabled,
            request.DefaultSeries,
            ConstraintMerge.Merge(Constraints.None, constraints),
            request.Images.ToImmutableSortedDictionary(StringComparer.Ordinal),
            request.ReplaceAfterSeconds);
    }
}
