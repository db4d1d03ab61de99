using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Api.Model;
using StateServer.Consensus;
using StateServer.Consensus.Proposals;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership.Preview;
using StateServer.Reports.Members;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Operator;

/// <summary><c>stateserver.operator.v1.Membership</c>, on any member: what is asked for goes by the log, and the leader's loop does it. Thread-safe.</summary>
internal sealed class MembershipService(
    IReplica replica,
    ModelReads reads,
    MemberMessages members,
    CallGuards guards,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    StatusRounds rounds,
    SpreadCheck spread,
    IPlanPreview? preview = null) : Wire.Membership.MembershipBase
{
    /// <summary>How long members are waited for where the leader is asked what it hears.</summary>
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks of one that follows.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one that doesn't wait is told what the leader begins with: a few of its looks.</summary>
    private static readonly TimeSpan BeginningTime = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task EnsureAvailability(
        Wire.EnsureAvailabilityRequest request, IServerStreamWriter<Wire.AvailabilityProgress> responseStream, ServerCallContext context)
    {
        guards.Check(context);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        ReplicatedState before = await reads.ReadAsync(serializable: false, end.Token);
        SetTargetCommand command = MembershipRequests.ToCommand(request, before.Model.Environment);
        var following = new AvailabilityFollowing(before);
        if (request.DryRun)
        {
            await responseStream.WriteAsync(await ForecastAsync(following, before, Tried(before, command), end.Token), end.Token);
            return;
        }

        try
        {
            await replica.ExecuteAsync(command, null, end.Token);
            await FollowAsync(following, request.NoWait, responseStream, end.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw FailureTranslation.Refused(EtcdStatus.Stopped);
        }
    }

    /// <inheritdoc/>
    public override async Task<Wire.ListMembersResponse> ListMembers(Wire.ListMembersRequest request, ServerCallContext context)
    {
        guards.Check(context, forLearners: request.Serializable);
        ReplicatedState state = await reads.ReadAsync(request.Serializable, context.CancellationToken);
        var pause = state.Membership.Pause is { } asked && asked.IsInForce(time.GetUtcNow().ToUnixTimeMilliseconds()) ? asked : null;
        var response = new Wire.ListMembersResponse
        {
            Revision = state.Keyspace.Revision.Value,
            Target = state.Membership.Target,
            Operation = members.OperationOf(state),
            PausedUntilMilliseconds = pause?.UntilMilliseconds ?? 0,
            PausedWhy = pause?.Why ?? "",
        };
        LeaderSight sight = request.Serializable ? rounds.Sight : await rounds.SightAsync(AskTime, context.CancellationToken);
        response.Members.AddRange(members.Of(state, sight));
        response.Membership = members.WholeOf(state, sight);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<Wire.MembershipResponse> RemoveMember(Wire.RemoveMemberRequest request, ServerCallContext context)
    {
        guards.Check(context);
        ReplicatedState state = await reads.ReadAsync(serializable: false, context.CancellationToken);
        NodeId member = MembershipRequests.Member(state, request.Member);
        var voters = AvailabilityFollowing.VotersOf(state);
        if (voters.Contains(member))
        {
            throw ModelFailure.Forbidden(voters.Count == 1
                ? $"member {request.Member} is the only member"
                : $"member {request.Member} votes; 'member replace {request.Member}' puts another in its place, and 'ensure-availability -n' makes them fewer");
        }

        return await RunAsync(new RemoveMemberCommand(member, "an operator removed it"), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<Wire.MembershipResponse> ReplaceMember(Wire.ReplaceMemberRequest request, ServerCallContext context)
    {
        guards.Check(context);
        ReplicatedState state = await reads.ReadAsync(serializable: false, context.CancellationToken);
        NodeId member = MembershipRequests.Member(state, request.Member);
        return await RunAsync(new ReplaceMemberCommand(member, "an operator wants another in its place"), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<Wire.TransferLeadershipResponse> TransferLeadership(
        Wire.TransferLeadershipRequest request, ServerCallContext context)
    {
        guards.Check(context);
        ReplicatedState state = await reads.ReadAsync(serializable: false, context.CancellationToken);
        NodeId target = request.Member.Length == 0 ? default : MembershipRequests.Member(state, request.Member);
        try
        {
            await replica.TransferLeadershipAsync(target, context.CancellationToken);
        }
        catch (ProposalRefusedException refusal) when (refusal.Reason == ProposalRefusal.BadTransferTarget)
        {
            throw ModelFailure.Forbidden(refusal.Message);
        }
        catch (ProposalRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
        catch (OutcomeUnknownException unknown)
        {
            throw FailureTranslation.Of(unknown, context.CancellationToken);
        }

        NodeId leader = replica.Position.Leader;
        return new Wire.TransferLeadershipResponse { Leader = leader.Value, Name = leader.IsNone ? "" : MemberNames.NameOf(state, leader) };
    }

    /// <inheritdoc/>
    public override Task<Wire.MembershipResponse> PauseHealing(Wire.PauseHealingRequest request, ServerCallContext context)
    {
        guards.Check(context);
        return RunAsync(MembershipRequests.ToCommand(request, time.GetUtcNow().ToUnixTimeMilliseconds()), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task<Wire.MembershipResponse> ResumeHealing(Wire.ResumeHealingRequest request, ServerCallContext context)
    {
        guards.Check(context);
        return RunAsync(new SetHealingPauseCommand(Paused: false, 0, "an operator resumed it"), context.CancellationToken);
    }

    private async Task<Wire.MembershipResponse> RunAsync(Command command, CancellationToken cancellationToken)
    {
        await replica.ExecuteAsync(command, null, cancellationToken);
        return new Wire.MembershipResponse { Revision = replica.State.Keyspace.Revision.Value };
    }

    /// <summary>The state as the command would leave it.</summary>
    /// <exception cref="RpcException">It would be refused.</exception>
    private ReplicatedState Tried(ReplicatedState state, SetTargetCommand command)
    {
        BatchResult tried = StateMachine.Apply(
            state,
            state.AppliedIndex + 1,
            replica.Position.Term,
            new CommandBatch(state.FeatureLevel, state.TimestampMilliseconds, [new BatchItem(command, null, default)]));
        return tried.Outcomes[0] is Rejection rejection ? throw FailureTranslation.Of(rejection) : tried.State;
    }

    private async Task FollowAsync(
        AvailabilityFollowing following, bool onlyBegin, IServerStreamWriter<Wire.AvailabilityProgress> stream, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        Wire.AvailabilityProgress? told = null;
        while (true)
        {
            ReplicatedState state = replica.State;
            Wire.AvailabilityProgress now = await ProgressAsync(following, state, cancellationToken);
            if (!now.Equals(told))
            {
                await stream.WriteAsync(now, cancellationToken);
                told = now;
            }

            if (now.Done || (onlyBegin && (AvailabilityFollowing.HasBegun(state) || time.GetElapsedTime(began) >= BeginningTime)))
            {
                return;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<Wire.AvailabilityProgress> ProgressAsync(
        AvailabilityFollowing following, ReplicatedState state, CancellationToken cancellationToken)
    {
        LeaderSight sight = await rounds.SightAsync(AskTime, cancellationToken);
        Wire.AvailabilityProgress progress = Standing(state, sight);
        progress.Changes = following.ChangesOf(state);
        progress.Done = AvailabilityFollowing.IsFull(state);
        progress.Awaited.AddRange(sight.Notes.Awaited);
        progress.Warnings.AddRange(AvailabilityFollowing.WarningsOf(state));
        progress.SpreadProblem = progress.Done ? await spread.ProblemAsync(state, cancellationToken) : "";
        return progress;
    }

    /// <summary>What would be done, step by step; without an environment nobody launches, and there are no steps.</summary>
    private async Task<Wire.AvailabilityProgress> ForecastAsync(
        AvailabilityFollowing following, ReplicatedState before, ReplicatedState tried, CancellationToken cancellationToken)
    {
        if (tried.Model.Environment is null || preview is null)
        {
            return await ProgressAsync(following, tried, cancellationToken);
        }

        AvailabilityForecast forecast;
        try
        {
            forecast = preview.Forecast(tried);
        }
        catch (PlanUnavailableException unavailable)
        {
            throw ModelFailure.NoPlan(unavailable.Message);
        }

        Wire.AvailabilityProgress progress = Standing(tried, LeaderSight.None);
        progress.Changes = AvailabilityFollowing.ChangesOf(forecast, before);
        progress.Steps.AddRange(forecast.Steps.Select(step => MemberNames.InWords(tried, step)));
        progress.Warnings.AddRange(AvailabilityFollowing.WarningsOf(forecast.End));
        progress.Done = forecast.IsReached;
        if (!forecast.IsReached)
        {
            progress.Awaited.AddRange(Reasons(forecast).Select(reason => MemberNames.InWords(tried, reason)));
        }

        return progress;
    }

    private static IEnumerable<string> Reasons(AvailabilityForecast forecast) =>
        new[] { forecast.Report.Stopped, forecast.Refusal }
            .Concat(forecast.Report.Decisions.Select(decision => decision.Awaits))
            .Where(line => line.Length > 0);

    private Wire.AvailabilityProgress Standing(ReplicatedState state, LeaderSight sight)
    {
        var progress = new Wire.AvailabilityProgress
        {
            Target = state.Membership.Target,
            Voters = AvailabilityFollowing.VotersOf(state).Count,
            Operation = members.OperationOf(state),
        };
        progress.Missing = progress.Target - progress.Voters;
        progress.Members.AddRange(members.Of(state, sight));
        return progress;
    }
}
