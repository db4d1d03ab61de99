using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Consensus;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>
/// Carries a write out, or tries it: with <c>dry_run</c> the command is applied to a copy of the state, which the planner is then
/// shown. Nothing that can change between two attempts of a request refuses it here, so that a retry is never told otherwise than
/// the log decided. Thread-safe.
/// </summary>
/// <param name="replica">This member.</param>
/// <param name="reads">Where states come from.</param>
/// <param name="guards">What is asked of every call.</param>
/// <param name="preview">The planner; null where this member has none.</param>
internal sealed class ModelChanges(IReplica replica, ModelReads reads, CallGuards guards, IPlanPreview? preview = null)
{
    /// <summary>Carries it out.</summary>
    /// <param name="context">The call; its metadata may carry a request id.</param>
    /// <param name="dryRun">Whether it is only tried.</param>
    /// <param name="translate">The command of a request on a model; it throws what is wrong with the request.</param>
    /// <param name="added">What the numbers that the command gave out are called in the answer; null where it gives none.</param>
    /// <exception cref="RpcException">Refused, rejected, or of unknown outcome: the trailer tells which.</exception>
    public async Task<Wire.ChangeResponse> RunAsync(
        ServerCallContext context,
        bool dryRun,
        Func<ModelState, ModelCommand> translate,
        Action<Wire.ChangeResponse, int>? added = null)
    {
        guards.Check(context);
        var request = SessionHeaders.Read(context.GetHttpContext().Request.Headers);
        ReplicatedState state = await reads.ReadAsync(serializable: false, context.CancellationToken);
        ModelCommand command = translate(state.Model);
        if (dryRun)
        {
            return await TryAsync(state, command, added, context.CancellationToken);
        }

        Outcome outcome = await replica.ExecuteAsync(command, request, context.CancellationToken);
        return Response(outcome, added);
    }

    /// <summary>Chooses the units that go where fewer are wanted and none is named.</summary>
    /// <exception cref="RpcException">There is no such service, or it has fewer; or this member has no planner.</exception>
    public Wire.ChooseUnitsToRemoveResponse ChooseUnitsToRemove(Wire.ChooseUnitsToRemoveRequest request, ReplicatedState state)
    {
        (ServiceName service, int count) = ModelRequests.Fewer(request, state.Model);
        var chosen = preview?.ChooseUnitsToRemove(state, service, count) ?? throw ModelFailure.NoPlan("this member has no planner; ask another one");
        if (chosen.Length < count)
        {
            throw ModelFailure.Forbidden($"service \"{service}\" has {chosen.Length} unit{(chosen.Length == 1 ? "" : "s")} that can be removed, not {count}");
        }

        var response = new Wire.ChooseUnitsToRemoveResponse();
        response.Units.Add(chosen.Select(unit => unit.ToString()));
        return response;
    }

    private async Task<Wire.ChangeResponse> TryAsync(
        ReplicatedState state, ModelCommand command, Action<Wire.ChangeResponse, int>? added, CancellationToken cancellationToken)
    {
        BatchResult tried = StateMachine.Apply(
            state,
            state.AppliedIndex + 1,
            replica.Position.Term,
            new CommandBatch(state.FeatureLevel, state.TimestampMilliseconds, [new BatchItem(command, null, default)]));
        if (tried.Outcomes[0] is Rejection rejection)
        {
            throw FailureTranslation.Of(rejection);
        }

        if (preview is null)
        {
            throw ModelFailure.NoPlan("this member has no planner; ask another one");
        }

        try
        {
            Wire.ChangeResponse response = Response(tried.Outcomes[0], added);
            response.Revision = state.Keyspace.Revision.Value;
            PlanPreview plan = await preview.PlanAsync(tried.State, cancellationToken);
            response.Plan = ToMessage(plan with { Steps = RemovalPreview.Ahead(state.Model, tried.State.Model, plan.Steps) });
            return response;
        }
        catch (PlanUnavailableException unavailable)
        {
            throw ModelFailure.NoPlan(unavailable.Message);
        }
    }

    private static Wire.ChangeResponse Response(Outcome outcome, Action<Wire.ChangeResponse, int>? added)
    {
        var response = new Wire.ChangeResponse();
        switch (outcome)
        {
            case AddedOutcome numbered:
                response.Revision = numbered.Revision.Value;
                for (int number = numbered.First; number < numbered.First + numbered.Count; number++)
                {
                    added?.Invoke(response, number);
                }

                break;
            case DoneOutcome done:
                response.Revision = done.Revision.Value;
                break;
            default:
                throw new InvalidOperationException($"a model command gave a {outcome.GetType().Name}");
        }

        return response;
    }

    private static Wire.Plan ToMessage(PlanPreview plan)
    {
        var message = new Wire.Plan();
        message.Steps.Add(plan.Steps.Select(step =>
        {
            var wire = new Wire.PlanStep { Action = step.Action };
            wire.Reasons.Add(step.Reasons);
            return wire;
        }));
        message.Awaited.Add(plan.Awaited);
        return message;
    }
}
