using StateServer.Consensus;
using StateServer.Consensus.Status;
using StateServer.Reports;

namespace StateServer.Api.Operator;

/// <summary>
/// Looks at all members for whoever follows the status: however many do, at most once in <see cref="Pause"/>. Nobody looks while
/// nobody follows. Thread-safe.
/// </summary>
internal sealed class StatusRounds(IReplica replica, ReplicaOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Between two looks: a person sees no difference, and a round of questions costs some milliseconds.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _looking = new(1);
    private ClusterReport? _last;
    private long _lastAt;

    /// <summary>Looks now.</summary>
    /// <param name="timeout">How long members are waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClusterReport> LookAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberObservation> observations = await replica.ObserveMembersAsync(timeout, cancellationToken);
        return ClusterReportBuilder.Build(
            replica.Status, observations, replica.State.Members, options.InitialMembers, time.GetUtcNow());
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
