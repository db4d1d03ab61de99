using StateServer.Consensus;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Reports;
using StateServer.Reports.Members;

namespace StateServer.Api.Operator;

/// <summary>
/// Looks at all members for whoever asks for the status, or follows it: however many do, at most once in <see cref="Pause"/>. Nobody looks while
/// nobody follows. Thread-safe.
/// </summary>
internal sealed class StatusRounds(IReplica replica, ReplicaOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Between two looks: a person sees no difference, and a round of questions costs some milliseconds.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _looking = new(1);
    private ClusterReport? _last;
    private long _lastAt;
    private LeaderSight _sight = LeaderSight.None;

    /// <summary>Looks now.</summary>
    /// <param name="timeout">How long members are waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClusterReport> LookAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberObservation> observations = await replica.ObserveMembersAsync(timeout, cancellationToken);
        ReplicatedState state = replica.State;
        DateTimeOffset now = time.GetUtcNow();
        Volatile.Write(ref _sight, LeaderSight.Of(observations.Select(seen => seen.Status).OfType<MemberStatus>()));
        return MembershipReportBuilder.Add(
            ClusterReportBuilder.Build(replica.Status, observations, state.Members, options.InitialMembers, now), observations, state, now);
    }

    /// <summary>What the leader said when it was asked last; nobody is asked.</summary>
    public LeaderSight Sight => replica.Status is { Role: MemberRole.Leader } own ? LeaderSight.Of([own]) : Volatile.Read(ref _sight);

    /// <summary>What the leader hears of the members: now, where this member leads, else what it said when it was asked last.</summary>
    /// <param name="timeout">How long members are waited for, where they are asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LeaderSight> SightAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        MemberStatus own = replica.Status;
        if (own.Role == MemberRole.Leader)
        {
            return LeaderSight.Of([own]);
        }

        await ShareAsync(timeout, cancellationToken);
        return Volatile.Read(ref _sight);
    }

    /// <summary>What was seen last, or where that is old, what is seen now.</summary>
    /// <param name="timeout">How long members are waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClusterReport> ShareAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || time.GetElapsedTime(_lastAt) >= Pause)
            {
                _last = await LookAsync(timeout, cancellationToken);
                _lastAt = time.GetTimestamp();
            }

            return _last;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _looking.Dispose();
}
