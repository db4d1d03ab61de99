namespace StateServer.Bench.Workloads;

/// <summary>All workloads, in the order they run.</summary>
internal static class WorkloadCatalogue
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new PutWorkload(clients: 1, connections: 1),
        new PutWorkload(clients: 64, connections: 1),
        new PutWorkload(clients: 64, connections: 4),
        new PutWorkload(clients: 64, connections: 64),
        new PutWorkload(clients: 256, connections: 1),
        new PutWorkload(clients: 256, connections: 4),
        new PutWorkload(clients: 256, connections: 64),
        new ReadWorkload(serializable: false, clients: 64, connections: 4),
        new ReadWorkload(serializable: true, clients: 64, connections: 4),
        new MixedWorkload(clients: 64, connections: 4),
        new TransactionWorkload(clients: 64, connections: 4),
        new WatchWorkload(watches: 1_000, streams: 100, connections: 12),
        new WatchWorkload(watches: 1_000, streams: 1_000, connections: 12),
        new LeaseGrantWorkload(clients: 64, connections: 4),
        new KeepAliveWorkload(streams: 64, connections: 4),
        new KeepAliveWorkload(streams: 1_000, connections: 64),
        new LeaderKillWorkload(),
        new ManyWatchesWorkload(watches: 100_000, streams: 100, connections: 12, keys: 1_000),
        new SnapshotWorkload(clients: 64, connections: 4),
        new MillionKeysWorkload(),
    ];
}
