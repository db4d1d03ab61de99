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
        () => new CompactionWorkload(),
        () => new BulkWorkload(),
        () => new WatchWorkload(),
        () => new LeaseWorkload(),
        () => new LockWorkload(),
        () => new DeployWorkload(),
    ];

    public static IReadOnlyList<IFault> Faults { get; } =
    [
        .. Each(target => new KillFault(target)),
        .. Each(target => new PauseFault(target)),
        .. Each(target => new RestartStormFault(target)),
        new QuorumBlinkFault(),
        new LeadershipFault(),
        .. Each(target => new FsyncErrorFault(target)),
        .. Each(target => new SlowFsyncFault(target)),
        .. Each(target => new FullDiskFault(target)),
        .. Each(target => new ClockJumpFault(target)),
        new PowerLossFault(),
        new SlowPowerLossFault(),
        new SnapshotCutFault(),
        new SnapshotJumpFault(),
        new WipedFolderFault(FaultTarget.Leader),
        new WipedFolderFault(FaultTarget.Follower),
        .. Enum.GetValues<DamagedPart>().SelectMany(part => new[] { new DamageFault(part, cutOff: false), new DamageFault(part, cutOff: true) }),
        .. Partitions(PartitionShape.Isolate, PartitionShape.Mute, PartitionShape.Deaf, PartitionShape.Flap),
        new PartitionFault(PartitionShape.Halves, FaultTarget.All),
        new PartitionFault(PartitionShape.Bridge, FaultTarget.All),
        .. Enum.GetValues<LinkTrouble>().SelectMany(trouble =>
            new[] { FaultTarget.Leader, FaultTarget.Follower, FaultTarget.All }.Select(target => new BadLinkFault(trouble, target))),
    ];

    /// <summary>What the faults of a plan need together.</summary>
    public static Surroundings Needs(RunPlan plan) => Faults
        .Where(f => plan.Faults.Contains(f.Name))
        .Aggregate(Surroundings.None, (all, fault) => all | fault.Needs);

    private static IEnumerable<IFault> Each(Func<FaultTarget, IFault> make) => Enum.GetValues<FaultTarget>().Select(make);

    private static IEnumerable<IFault> Partitions(params PartitionShape[] shapes) => shapes.SelectMany(shape =>
        new[] { new PartitionFault(shape, FaultTarget.Leader), new PartitionFault(shape, FaultTarget.Follower) });
}
