using StateServer.Chaos.Clusters;
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
        new PowerLossFault(),
        new FsyncErrorFault(FaultTarget.Leader),
        new FsyncErrorFault(FaultTarget.Follower),
        new SlowFsyncFault(FaultTarget.Leader),
        new SlowFsyncFault(FaultTarget.Follower),
        new ClockJumpFault(),
        new FullDiskFault(FaultTarget.Leader),
        new FullDiskFault(FaultTarget.Follower),
        new WipedFolderFault(),
        .. Enum.GetValues<PartitionShape>().Select(shape => new PartitionFault(shape)),
    ];

    /// <summary>What the faults of a plan need together.</summary>
    public static Surroundings Needs(RunPlan plan) => Faults
        .Where(f => plan.Faults.Contains(f.Name))
        .Aggregate(Surroundings.None, (all, fault) => all | fault.Needs);
}
