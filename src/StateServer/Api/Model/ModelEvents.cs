using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Consensus;
using StateServer.Domain.Apply;
using StateServer.Domain.Model;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Model;

/// <summary>
/// Tells what happened to the model. The events are part of the replicated state and bounded there: a follower of them holds
/// nothing but the number it got to, looks at the newest state whenever this member has applied more, and is told of a gap where it
/// was slower than they went by. Thread-safe.
/// </summary>
internal sealed class ModelEvents(IReplica replica, IHostApplicationLifetime lifetime)
{
    /// <summary>Writes the events that are kept, and then, where asked for, those that happen until the call ends.</summary>
    /// <exception cref="RpcException">The request can't be right.</exception>
    public async Task WriteAsync(
        Wire.EventsRequest request, ReplicatedState state, IServerStreamWriter<Wire.ModelEvent> responses, CancellationToken cancellationToken)
    {
        if (request.After < 0 || request.Most < 0)
        {
            throw ModelFailure.Wrong($"after is {request.After} and most {request.Most}; give 0 or more");
        }

        // A number above the newest is one of a future, or of a past before a restore: from there on, everything is new.
        long told = Math.Min(request.After, Newest(state.Model));
        IEnumerable<ModelEvent> kept = Wanted(state.Model, told, request.Subject);
        if (request.After > 0 && request.Most == 0)
        {
            await TellGapAsync(told, state.Model, responses, cancellationToken);
        }

        foreach (ModelEvent happened in request.Most > 0 ? kept.TakeLast(request.Most) : kept)
        {
            await responses.WriteAsync(ModelMessages.ToMessage(happened), cancellationToken);
        }

        if (request.Follow)
        {
            await FollowAsync(request.Subject, state, responses, cancellationToken);
        }
    }

    private async Task FollowAsync(
        string subject, ReplicatedState state, IServerStreamWriter<Wire.ModelEvent> responses, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            while (true)
            {
                long told = Newest(state.Model);
                await replica.WaitForAppliedAsync(state.AppliedIndex + 1, end.Token);
                state = replica.State;
                await TellGapAsync(told, state.Model, responses, end.Token);
                foreach (ModelEvent happened in Wanted(state.Model, told, subject))
                {
                    await responses.WriteAsync(ModelMessages.ToMessage(happened), end.Token);
                }
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw FailureTranslation.Refused(EtcdStatus.Stopped);
        }
    }

    /// <summary>Tells of events behind <paramref name="told"/> that are not kept any more, where there are such.</summary>
    private static async Task TellGapAsync(
        long told, ModelState model, IServerStreamWriter<Wire.ModelEvent> responses, CancellationToken cancellationToken)
    {
        if (!model.Events.IsEmpty && model.Events[0].Number > told + 1)
        {
            await responses.WriteAsync(Gap(told, model.Events[0]), cancellationToken);
        }
    }

    private static long Newest(ModelState model) => model.Events.IsEmpty ? 0 : model.Events[^1].Number;

    private static IEnumerable<ModelEvent> Wanted(ModelState model, long told, string subject) => model.Events
        .SkipWhile(e => e.Number <= told)
        .Where(e => subject.Length == 0 || e.Subject == subject);

    private static Wire.ModelEvent Gap(long told, ModelEvent next)
    {
        Wire.ModelEvent gap = ModelMessages.ToMessage(next);
        gap.Number = next.Number - 1;
        gap.Kind = "gap";
        gap.Subject = "events";
        gap.Text = $"events {told + 1} to {next.Number - 1} are not kept any more";
        return gap;
    }
}
