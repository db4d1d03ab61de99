using Microsoft.Extensions.Diagnostics.HealthChecks;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Domain.Alarms;
using StateServer.Domain.Apply;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Health;

/// <summary>
/// The checks of one member, by name. Local ones look at this member alone; linearizable ones need a leader and a quorum, and
/// fail on all members while there is none. Thread-safe.
/// </summary>
internal sealed class MemberHealth(IReplica replica, TimeProvider time) : IHealthCheck
{
    /// <summary>How long the quorum round of <c>linearizable_read</c> may take.</summary>
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How often <c>grpc.health.v1</c> watchers learn of a change.</summary>
    private static readonly TimeSpan GrpcPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Registers the checks, and the gRPC health service that follows them.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<MemberHealth>();
        services.AddGrpcHealthChecks().AddCheck<MemberHealth>("member");
        services.Configure<HealthCheckPublisherOptions>(publisher =>
        {
            publisher.Delay = TimeSpan.Zero;
            publisher.Period = GrpcPeriod;
        });
    }

    /// <summary>The checks of this member alone.</summary>
    public IReadOnlyList<HealthCheckOutcome> Local()
    {
        MemberStatus status = replica.Status;
        return
        [
            new HealthCheckOutcome("serializable_read", SerializableRead(() => replica.ReadSerializable())),
            new HealthCheckOutcome("member_health", status.Unhealthy),
            new HealthCheckOutcome("data_corruption", Corruption(status)),
        ];
    }

    /// <summary>The check that needs only this process: one that refuses to serve lives, and a restart would not heal it.</summary>
    public IReadOnlyList<HealthCheckOutcome> Live() => [new HealthCheckOutcome("serializable_read", SerializableRead(() => replica.State))];

    /// <summary>The checks that need a leader and a quorum.</summary>
    public async Task<IReadOnlyList<HealthCheckOutcome>> LinearizableAsync(CancellationToken cancellationToken)
    {
        string? leaderless = Leaderless(replica.Status);
        return
        [
            new HealthCheckOutcome("leader_known", leaderless),
            new HealthCheckOutcome("linearizable_read", leaderless ?? await LinearizableReadAsync(cancellationToken)),
        ];
    }

    /// <summary>Null where every check passes, otherwise the first reason.</summary>
    public async Task<string?> WhyNotReadyAsync(CancellationToken cancellationToken) =>
        Local().FirstOrDefault(c => c.Reason is not null).Reason
        ?? (await LinearizableAsync(cancellationToken)).FirstOrDefault(c => c.Reason is not null).Reason;

    /// <summary>For <c>grpc.health.v1</c>: healthy, and following a leader. It makes no quorum round: it runs each second for each watcher.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string? reason = Local().FirstOrDefault(c => c.Reason is not null).Reason ?? Leaderless(replica.Status);
        return Task.FromResult(reason is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(reason));
    }

    private static string? Leaderless(MemberStatus status) =>
        status.Leader.IsNone ? "no leader is known" : null;

    private string? Corruption(MemberStatus status) =>
        replica.State.Alarms.Contains((status.Id, AlarmKind.Corrupt))
            ? "this member's state differs from the majority's: replace it"
            : null;

    private static string? SerializableRead(Func<ReplicatedState> read)
    {
        try
        {
            _ = read().Keyspace.Revision;
            return null;
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }

    private async Task<string?> LinearizableReadAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ReadTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // The round itself goes on to the request timeout, for all that share it.
            await replica.ReadLinearizableAsync(both.Token).AsTask().OrLeaveAsync(both.Token);
            return null;
        }
        catch (ReadRefusedException refused)
        {
            return refused.Message;
        }
        catch (OperationCanceledException)
        {
            return $"no quorum answered within {ReadTimeout.TotalSeconds} s";
        }
    }
}
