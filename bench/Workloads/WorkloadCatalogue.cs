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
        new LeaderKillWorkload(),
        new MillionKeysWorkload(),
    ];
}
