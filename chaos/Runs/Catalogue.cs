using StateServer.Chaos.Faults;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Runs;

/// <summary>Every workload and fault there is, by name. The next one is a file, and a line here.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Func<IWorkload>> Workloads { get; } =
    [
        () => new RegisterWorkload(),
        () => new SetWorkload(),
        () => new AppendWorkload(),
        () => new TransferWorkload(),
        () => new SkewWorkload(),
        () => new RetryWorkload(),
    ];

    public static IReadOnlyList<IFault> Faults { get; } =
    [
        new KillFault(FaultTarget.Leader),
        new KillFault(FaultTarget.Follower),
        new KillFault(FaultTarget.Majority),
        new KillFault(FaultTarget.All),
        new PauseFault(FaultTarget.Leader),
        new PauseFault(FaultTarget.Follower),
        new PauseFault(FaultTarget.Majority),
        new PauseFault(FaultTarget.All),
        new RestartStormFault(),
        new LeadershipFault(),
        .. Enum.GetValues<PartitionShape>().Select(shape => new PartitionFault(shape)),
    ];
}
