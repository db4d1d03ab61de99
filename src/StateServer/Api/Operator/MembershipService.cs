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
    IMembershipNotes notes) : Wire.Membership.MembershipBase
{
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
            await responseStream.WriteAsync(Progress(following, Tried(before, command)), end.Token);
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
            Operation = MemberMessages.OperationOf(state),
            PausedUntilMilliseconds = pause?.UntilMilliseconds ?? 0,
            PausedWhy = pause?.Why ?? "",
        };
        response.Members.AddRange(members.Of(state));
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
            Wire.AvailabilityProgress now = Progress(following, state);
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

    private Wire.AvailabilityProgress Progress(AvailabilityFollowing following, ReplicatedState state)
    {
        var progress = new Wire.AvailabilityProgress
        {
            Target = state.Membership.Target,
            Voters = AvailabilityFollowing.VotersOf(state).Count,
            Operation = MemberMessages.OperationOf(state),
            Changes = following.ChangesOf(state),
            Done = AvailabilityFollowing.IsFull(state),
        };
        progress.Missing = progress.Target - progress.Voters;
        progress.Members.AddRange(members.Of(state));
        progress.Awaited.AddRange(notes.Awaited);
        progress.Warnings.AddRange(AvailabilityFollowing.WarningsOf(state));
        return progress;
    }
}
