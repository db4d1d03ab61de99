using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary><c>stateserver.operator.v1.Model</c>, on any member: writes go by the log, reads are linearizable unless asked otherwise. Thread-safe.</summary>
internal sealed class ModelService(
    ModelReads reads,
    ModelChanges changes,
    ModelExplanations explanations,
    ModelZones zones,
    ModelEvents events,
    ModelUnitLogs logs,
    CallGuards guards) : Wire.Model.ModelBase
{
    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> Deploy(Wire.DeployRequest request, ServerCallContext context) => changes.RunAsync(
        context,
        request.DryRun,
        model => ModelRequests.ToCommand(request, model),
        (response, number) => response.Units.Add($"{request.Service}/{number}"));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> AddUnits(Wire.AddUnitsRequest request, ServerCallContext context) => changes.RunAsync(
        context,
        request.DryRun,
        model => ModelRequests.ToCommand(request, model),
        (response, number) => response.Units.Add($"{request.Service}/{number}"));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> RemoveUnits(Wire.RemoveUnitsRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override async Task<Wire.ChooseUnitsToRemoveResponse> ChooseUnitsToRemove(
        Wire.ChooseUnitsToRemoveRequest request, ServerCallContext context) =>
        changes.ChooseUnitsToRemove(request, await ReadAsync(serializable: false, context));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> RemoveService(Wire.RemoveServiceRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> AddMachines(Wire.AddMachinesRequest request, ServerCallContext context) =>
        changes.RunAsync(
            context,
            request.DryRun,
            model => ModelRequests.ToCommand(request, model),
            (response, number) => response.Machines.Add(new MachineId(number).ToString()));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> RemoveMachines(Wire.RemoveMachinesRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> Expose(Wire.ExposeRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> Unexpose(Wire.UnexposeRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> SetConstraints(Wire.SetConstraintsRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> RetryProvisioning(Wire.RetryProvisioningRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> Cordon(Wire.CordonRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCordon(request.Subject, cordoned: true, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> Uncordon(Wire.UncordonRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCordon(request.Subject, cordoned: false, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> ConfirmLoss(Wire.ConfirmLossRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, model => ModelRequests.ToCommand(request, model));

    /// <inheritdoc/>
    public override Task<Wire.ChangeResponse> ConfirmRestore(Wire.ConfirmRestoreRequest request, ServerCallContext context) =>
        changes.RunAsync(context, request.DryRun, ModelRequests.ToRestoreConfirmation);

    /// <inheritdoc/>
    public override async Task<Wire.GetConstraintsResponse> GetConstraints(
        Wire.GetConstraintsRequest request, ServerCallContext context)
    {
        ReplicatedState state = await ReadAsync(request.Serializable, context);
        EnvironmentSettings environment = state.Model.Environment ?? throw ModelFailure.NoEnvironment();
        Constraints constraints = environment.Constraints;
        if (request.Service.Length > 0)
        {
            ServiceName name = ModelRequests.Service(request.Service);
            constraints = state.Model.Services.GetValueOrDefault(name)?.Constraints
                ?? throw ModelFailure.NotFound($"service \"{name}\" not found");
        }

        return new Wire.GetConstraintsResponse
        {
            Revision = state.Keyspace.Revision.Value,
            Constraints = ConstraintText.Format(constraints),
        };
    }

    /// <inheritdoc/>
    public override async Task<Wire.GetModelResponse> GetModel(Wire.GetModelRequest request, ServerCallContext context) =>
        ModelMessages.ToMessage(await ReadAsync(request.Serializable, context));

    /// <inheritdoc/>
    public override async Task<Wire.ExplainResponse> Explain(Wire.ExplainRequest request, ServerCallContext context) =>
        await explanations.ExplainAsync(
            request.Subject, await ReadAsync(request.Serializable, context), context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<Wire.ListZonesResponse> ListZones(Wire.ListZonesRequest request, ServerCallContext context) =>
        await zones.ListAsync((await ReadAsync(serializable: false, context)).Model, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task Events(
        Wire.EventsRequest request, IServerStreamWriter<Wire.ModelEvent> responseStream, ServerCallContext context)
    {
        ReplicatedState state = await ReadAsync(serializable: false, context);
        await events.WriteAsync(request, state, responseStream, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<Wire.ReadUnitLogResponse> ReadUnitLog(Wire.ReadUnitLogRequest request, ServerCallContext context) =>
        await logs.ReadAsync(request, await ReadAsync(serializable: false, context), context.CancellationToken);

    private async ValueTask<ReplicatedState> ReadAsync(bool serializable, ServerCallContext context)
    {
        guards.Check(context, forLearners: serializable);
        return await reads.ReadAsync(serializable, context.CancellationToken);
    }
}
