using System.Diagnostics.Metrics;
using StateServer.Consensus;
using StateServer.Consensus.Status;

namespace StateServer.Telemetry;

/// <summary>What this member's status says, as gauges that are read when scraped: they cost nothing in between.</summary>
internal sealed class MemberGauges : IHostedService, IDisposable
{
    private readonly Meter _meter = new("StateServer.Member");

    public MemberGauges(IReplica replica)
    {
        Gauge("stateserver.member.healthy", "1 while this member is healthy", "", s => s.Unhealthy is null ? 1 : 0);
        Gauge("stateserver.member.has_leader", "1 while this member knows a leader", "", s => s.Leader.IsNone ? 0 : 1);
        Gauge("stateserver.member.is_leader", "1 while this member leads", "", s => s.Role == MemberRole.Leader ? 1 : 0);
        Gauge("stateserver.member.term", "The current term", "", s => s.Term);
        Gauge("stateserver.member.voters", "Voters in force", "", s => s.Voters.IsDefault ? 0 : s.Voters.Length);
        Gauge("stateserver.member.last_index", "The last index in the log", "", s => s.LastIndex);
        Gauge("stateserver.member.commit_index", "The last index known to be committed", "", s => s.CommitIndex);
        Gauge("stateserver.member.applied_index", "The last index applied", "", s => s.AppliedIndex);
        Gauge("stateserver.member.revision", "The keyspace's revision", "", s => s.Revision.Value);
        Gauge("stateserver.member.snapshot_index", "The newest snapshot's index", "", s => s.SnapshotIndex);
        Gauge("stateserver.member.disk_used", "Log and snapshots on disk", "By", s => s.DiskBytes);
        Gauge("stateserver.member.disk_free", "Free on the disk that holds the data folder", "By", s => s.DiskFreeBytes);
        Gauge("stateserver.member.state", "Keys and values held in memory, history included", "By", s => s.StateBytes);

        void Gauge(string name, string description, string unit, Func<MemberStatus, long> read) =>
            _meter.CreateObservableGauge(name, () => read(replica.Status), unit.Length == 0 ? null : unit, description);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
