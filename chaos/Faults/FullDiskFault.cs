using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>A member's disk is filled to the last byte, and freed after a while, without a restart.</summary>
internal sealed class FullDiskFault(FaultTarget target) : IFault
{
    public string Name => $"full-disk-{target.ToString().ToLowerInvariant()}";

    public string Description => $"the disk of the {target.ToString().ToLowerInvariant()} is filled, and freed after a while";

    public Surroundings Needs => Surroundings.SmallDisk;

    public string? Unavailable => SmallDisk.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(target, cancellationToken))[0];
        string disk = victim.SmallDiskFolder ?? throw new InvalidOperationException($"{victim.Name} has no small disk");
        long filled = SmallDisk.Fill(disk);
        await Task.Delay(context.Between(3, 8), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        SmallDisk.Free(disk);
        return new FaultEffect(filled > 0, $"{victim.Name}, {filled / (1024 * 1024)} MiB of ballast");
    }
}
