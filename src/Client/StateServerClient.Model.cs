using System.Runtime.CompilerServices;
using Grpc.Core;
using StateServer.Client.Calls;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Client;

/// <summary>The calls about the model: machines, services and units. A dry run changes nothing, and is repeated like a read.</summary>
public sealed partial class StateServerClient
{
    /// <summary>Deploys a service.</summary>
    public Task<ChangeResponse> DeployAsync(DeployRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).DeployAsync(request, call), cancellationToken);

    /// <summary>Adds units to a service.</summary>
    public Task<ChangeResponse> AddUnitsAsync(AddUnitsRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).AddUnitsAsync(request, call), cancellationToken);

    /// <summary>Removes units.</summary>
    public Task<ChangeResponse> RemoveUnitsAsync(RemoveUnitsRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).RemoveUnitsAsync(request, call), cancellationToken);

    /// <summary>Asks which units of a service go where fewer are wanted: from the fullest zone. Nothing is changed.</summary>
    public Task<ChooseUnitsToRemoveResponse> ChooseUnitsToRemoveAsync(
        ChooseUnitsToRemoveRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Model.ModelClient(invoker).ChooseUnitsToRemoveAsync(request, call), cancellationToken);

    /// <summary>Removes a service.</summary>
    public Task<ChangeResponse> RemoveServiceAsync(RemoveServiceRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).RemoveServiceAsync(request, call), cancellationToken);

    /// <summary>Adds machines.</summary>
    public Task<ChangeResponse> AddMachinesAsync(AddMachinesRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).AddMachinesAsync(request, call), cancellationToken);

    /// <summary>Removes machines.</summary>
    public Task<ChangeResponse> RemoveMachinesAsync(RemoveMachinesRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).RemoveMachinesAsync(request, call), cancellationToken);

    /// <summary>Opens ports of a service.</summary>
    public Task<ChangeResponse> ExposeAsync(ExposeRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).ExposeAsync(request, call), cancellationToken);

    /// <summary>Closes a service's ports.</summary>
    public Task<ChangeResponse> UnexposeAsync(UnexposeRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).UnexposeAsync(request, call), cancellationToken);

    /// <summary>Sets the constraints of a service or of the environment.</summary>
    public Task<ChangeResponse> SetConstraintsAsync(SetConstraintsRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).SetConstraintsAsync(request, call), cancellationToken);

    /// <summary>Confirms that machines are really lost.</summary>
    public Task<ChangeResponse> ConfirmLossAsync(ConfirmLossRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).ConfirmLossAsync(request, call), cancellationToken);

    /// <summary>Confirms a restore.</summary>
    public Task<ChangeResponse> ConfirmRestoreAsync(ConfirmRestoreRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).ConfirmRestoreAsync(request, call), cancellationToken);

    /// <summary>Has a machine's launch tried again.</summary>
    public Task<ChangeResponse> RetryProvisioningAsync(
        RetryProvisioningRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).RetryProvisioningAsync(request, call), cancellationToken);

    /// <summary>Keeps a machine or zone as it is.</summary>
    public Task<ChangeResponse> CordonAsync(CordonRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).CordonAsync(request, call), cancellationToken);

    /// <summary>Takes a cordon away.</summary>
    public Task<ChangeResponse> UncordonAsync(UncordonRequest request, CancellationToken cancellationToken = default) =>
        ChangeAsync(request.DryRun, (invoker, call) => new Model.ModelClient(invoker).UncordonAsync(request, call), cancellationToken);

    /// <summary>Reads the constraints of a service or of the environment.</summary>
    public Task<GetConstraintsResponse> GetConstraintsAsync(
        GetConstraintsRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Model.ModelClient(invoker).GetConstraintsAsync(request, call), cancellationToken);

    /// <summary>Reads the model; linearizable unless the request says otherwise.</summary>
    public Task<GetModelResponse> GetModelAsync(GetModelRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Model.ModelClient(invoker).GetModelAsync(request, call), cancellationToken);

    /// <summary>Lists the zones that the provider tells of.</summary>
    public Task<ListZonesResponse> ListZonesAsync(CancellationToken cancellationToken = default) => ReadAsync(
        static (invoker, call) => new Model.ModelClient(invoker).ListZonesAsync(new ListZonesRequest(), call), cancellationToken);

    /// <summary>Reads a piece of what a unit printed; following is asking again from its end. Only the leader has it: members are asked in turn.</summary>
    /// <exception cref="RequestRefusedException">There is no such unit, or its machine's agent is not to be had.</exception>
    public Task<ReadUnitLogResponse> ReadUnitLogAsync(ReadUnitLogRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new Model.ModelClient(invoker).ReadUnitLogAsync(request, call), cancellationToken);

    /// <summary>
    /// Says why a unit or machine stands where it does. Only the leader can plan: where another member answered, the others are
    /// asked too, and the first answer with a plan is taken, or else the last one.
    /// </summary>
    public async Task<ExplainResponse> ExplainAsync(ExplainRequest request, CancellationToken cancellationToken = default)
    {
        ExplainResponse answer = await ReadAsync(
            (invoker, call) => new Model.ModelClient(invoker).ExplainAsync(request, call), cancellationToken);
        foreach (var endpoint in _pool.Known)
        {
            if (answer.WithoutPlan.Length == 0)
            {
                break;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timeout = new CancellationTokenSource(_options.AttemptTimeout, _time);
            using var registration = timeout.Token.Register(limit.Cancel);
            try
            {
                answer = await new Model.ModelClient(GetInvoker(endpoint)).ExplainAsync(request, cancellationToken: limit.Token);
            }
            catch (RpcException)
            {
                // The answer that is there will do.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return answer;
    }

    /// <summary>
    /// Tells what happened to the model, and with <c>follow</c> what happens until cancelled: each event once and in order, however
    /// many members fail meanwhile. Events that were dropped before they could be told are told as one of the kind <c>gap</c>.
    /// </summary>
    /// <exception cref="RequestRefusedException">The request can't be right, or without <c>follow</c> no member answers.</exception>
    public async IAsyncEnumerable<ModelEvent> EventsAsync(
        EventsRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        EventsRequest next = request.Clone();
        var backoff = new Backoff(_options.BackoffLow, _options.BackoffHigh, _time, Random.Shared.NextDouble);
        for (var failures = 0; ;)
        {
            AsyncServerStreamingCall<ModelEvent>? call = null;
            try
            {
                while (true)
                {
                    try
                    {
                        call ??= new Model.ModelClient(await GetInvokerAsync(cancellationToken)).Events(
                            next, cancellationToken: cancellationToken);
                        if (!await call.ResponseStream.MoveNext(cancellationToken))
                        {
                            yield break;
                        }
                    }
                    catch (Exception failure) when (failure is RpcException or RequestRefusedException)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        ThrowUnlessWorthAnother(failure, request.Follow, ++failures);
                        break;
                    }

                    failures = 0;
                    var happened = call.ResponseStream.Current;
                    next.After = happened.Number;
                    next.Most = 0;
                    yield return happened;
                }
            }
            finally
            {
                call?.Dispose();
            }

            await backoff.WaitAsync(failures, cancellationToken);
        }
    }

    /// <summary>What is followed is followed through all that passes; what is read once ends with its attempts.</summary>
    private void ThrowUnlessWorthAnother(Exception failure, bool follows, int failures)
    {
        if (failure is RequestRefusedException refused)
        {
            if (!follows)
            {
                throw refused;
            }

            return;
        }

        var status = ((RpcException)failure).Status;
        if (!AttemptFailure.Of((RpcException)failure).IsTransient || (!follows && failures >= _options.MaxAttempts))
        {
            throw new RequestRefusedException(status.StatusCode, status.Detail, failure);
        }

        _pool.AvoidActive();
    }

    private Task<ChangeResponse> ChangeAsync(
        bool dryRun, Func<CallInvoker, CallOptions, AsyncUnaryCall<ChangeResponse>> send, CancellationToken cancellationToken) =>
        dryRun ? ReadAsync(send, cancellationToken) : WriteAsync(send, cancellationToken);
}
