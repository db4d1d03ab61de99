using Grpc.Core;
using StateServer.Consensus;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>etcd's Maintenance service. Alarms are raised by the members themselves; clients list and clear them. Thread-safe.</summary>
internal sealed partial class MaintenanceService(
    IReplica replica, ResponseHeaders headers, CallGuards guards, SnapshotStream snapshots, ILogger<MaintenanceService> logger)
    : Wire.Maintenance.MaintenanceBase
{
    /// <inheritdoc/>
    public override Task<Wire.StatusResponse> Status(Wire.StatusRequest request, ServerCallContext context)
    {
        guards.Check(context, forLearners: true);
        var status = replica.Status;
        var response = new Wire.StatusResponse
        {
            Header = headers.Current(),
            Version = status.Version,
            DbSize = status.DiskBytes,
            DbSizeInUse = status.StateBytes,
            DbSizeQuota = status.QuotaBytes,
            Leader = status.Leader.Value,
            RaftIndex = (ulong)status.CommitIndex,
            RaftTerm = (ulong)status.Term,
            RaftAppliedIndex = (ulong)status.AppliedIndex,
            IsLearner = status.Role == MemberRole.Learner,
        };
        if (status.Leader.IsNone)
        {
            response.Errors.Add(EtcdStatus.NoLeader.Detail);
        }

        if (status.Unhealthy is { } reason)
        {
            response.Errors.Add(reason);
        }

        response.Errors.AddRange(Alarms(AlarmKind.None).Select(static alarm => alarm.ToString()));
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override Task<Wire.HashResponse> Hash(Wire.HashRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var keyspace = Keyspace();
        if (keyspace.TryHash(default, out var hash) is { } rejection)
        {
            throw FailureTranslation.Of(rejection);
        }

        var header = headers.WithoutRevision();
        header.Revision = keyspace.Revision.Value;
        return Task.FromResult(new Wire.HashResponse { Header = header, Hash = hash });
    }

    /// <inheritdoc/>
    public override Task<Wire.HashKVResponse> HashKV(Wire.HashKVRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var keyspace = Keyspace();
        if (keyspace.TryHash(new Revision(request.Revision), out var hash) is { } rejection)
        {
            throw FailureTranslation.Of(rejection);
        }

        var header = headers.WithoutRevision();
        header.Revision = keyspace.Revision.Value;
        return Task.FromResult(new Wire.HashKVResponse
        {
            Header = header,
            Hash = hash,
            CompactRevision = keyspace.CompactedRevision.Value,
            HashRevision = request.Revision > 0 ? request.Revision : keyspace.Revision.Value,
        });
    }

    /// <inheritdoc/>
    public override async Task<Wire.MoveLeaderResponse> MoveLeader(Wire.MoveLeaderRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var status = replica.Status;
        if (status.Leader != status.Id)
        {
            throw FailureTranslation.Refused(EtcdStatus.NotLeader);
        }

        var target = new NodeId(request.TargetID);
        if (target.IsNone)
        {
            throw FailureTranslation.Refused(EtcdStatus.BadTransferee);
        }

        if (target == status.Id)
        {
            return new Wire.MoveLeaderResponse();
        }

        try
        {
            await replica.TransferLeadershipAsync(target, context.CancellationToken);
        }
        catch (ProposalRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
        catch (OutcomeUnknownException unknown)
        {
            throw FailureTranslation.Of(unknown, context.CancellationToken);
        }

        return new Wire.MoveLeaderResponse();
    }

    /// <inheritdoc/>
    public override async Task<Wire.AlarmResponse> Alarm(Wire.AlarmRequest request, ServerCallContext context)
    {
        guards.Check(context);
        if ((uint)request.Alarm > (uint)Wire.AlarmType.Corrupt)
        {
            throw Invalid($"alarm {(int)request.Alarm} is unknown: use 0 (none), 1 (no space) or 2 (corrupt)");
        }

        return request.Action switch
        {
            Wire.AlarmRequest.Types.AlarmAction.Get => List(request),
            Wire.AlarmRequest.Types.AlarmAction.Deactivate => await ClearAsync(request, context),
            Wire.AlarmRequest.Types.AlarmAction.Activate =>
                throw FailureTranslation.Refused(UnimplementedServices.StatusOf("Maintenance", "Alarm (activate)")),
            _ => throw Invalid($"alarm action {(int)request.Action} is unknown: use 0 (get) or 2 (deactivate)"),
        };
    }

    /// <summary>
    /// Answers at once: nothing here needs it. The state lies in memory, and the space of old log segments and snapshots is
    /// returned as soon as a newer snapshot is durable. etcd's answer has no place to say so: the log says it.
    /// </summary>
    public override Task<Wire.DefragmentResponse> Defragment(Wire.DefragmentRequest request, ServerCallContext context)
    {
        guards.Check(context);
        LogDefragment(logger, context.Peer);
        return Task.FromResult(new Wire.DefragmentResponse { Header = headers.Current() });
    }

    /// <inheritdoc/>
    public override Task Snapshot(
        Wire.SnapshotRequest request, IServerStreamWriter<Wire.SnapshotResponse> responseStream, ServerCallContext context)
    {
        guards.Check(context);
        return snapshots.SendAsync(responseStream, context);
    }

    /// <inheritdoc/>
    public override Task<Wire.DowngradeResponse> Downgrade(Wire.DowngradeRequest request, ServerCallContext context) =>
        throw FailureTranslation.Refused(UnimplementedServices.StatusOf("Maintenance", nameof(Downgrade)));

    /// <summary>What is hashed: a state that differs from the majority's too, since that is what one asks about.</summary>
    private KeyspaceState Keyspace()
    {
        try
        {
            return replica.ReadSerializable().Keyspace;
        }
        catch (ReadRefusedException refusal) when (refusal.Refusal == ReadRefusal.Corrupt)
        {
            return replica.State.Keyspace;
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
    }

    private Wire.AlarmResponse List(Wire.AlarmRequest request)
    {
        var response = new Wire.AlarmResponse { Header = headers.Current() };
        response.Alarms.AddRange(Alarms((AlarmKind)request.Alarm));
        return response;
    }

    private async Task<Wire.AlarmResponse> ClearAsync(Wire.AlarmRequest request, ServerCallContext context)
    {
        var kind = (AlarmKind)request.Alarm;
        var member = new NodeId(request.MemberID);
        var raised = replica.State.Alarms.Contains((member, kind));
        if (raised)
        {
            await replica.ExecuteAsync(new SetAlarmCommand(member, kind, Raised: false), null, context.CancellationToken);
        }

        var response = new Wire.AlarmResponse { Header = headers.Current() };
        if (raised)
        {
            response.Alarms.Add(new Wire.AlarmMember { MemberID = member.Value, Alarm = request.Alarm });
        }

        return response;
    }

    private IEnumerable<Wire.AlarmMember> Alarms(AlarmKind kind) => replica.State.Alarms
        .Where(alarm => kind == AlarmKind.None || alarm.Alarm == kind)
        .Select(static alarm => new Wire.AlarmMember { MemberID = alarm.Member.Value, Alarm = (Wire.AlarmType)alarm.Alarm });

    private static RpcException Invalid(string message) =>
        FailureTranslation.Refused(new Status(StatusCode.InvalidArgument, $"stateserver: {message}"));

    [LoggerMessage(EventId = 5000, Level = LogLevel.Information, Message = "{Client} asked to defragment: nothing needs it here, and disk space of old segments and snapshots is returned by itself")]
    private static partial void LogDefragment(ILogger logger, string client);
}
