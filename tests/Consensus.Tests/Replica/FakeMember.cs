using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Replica;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>One replica of a <see cref="FakeCluster"/> with its surroundings.</summary>
internal sealed class FakeMember : IAsyncDisposable
{
    public FakeMember(FakeCluster cluster, ReplicaOptions options, TimeProvider time)
    {
        Options = options;
        var core = ReplicaCore.Create(options, time, NullLoggerFactory.Instance);
        Core = core;
        Raft = new(cluster, options.Id, core.Applier);
        Peers = new(cluster, this);
        Replica = new(
            options, new(options.Id.Value + 100), core, Raft, Peers, Snapshots, Disk, time, NullLoggerFactory.Instance);
    }

    public ReplicaOptions Options { get; }

    public NodeId Id => Options.Id;

    public ReplicaCore Core { get; }

    public FakeRaftNode Raft { get; }

    public FakePeers Peers { get; }

    public FakeSnapshotSink Snapshots { get; } = new();

    public FakeDisk Disk { get; } = new();

    public LocalReplica Replica { get; }

    public async ValueTask DisposeAsync() => await Replica.DisposeAsync();
}
