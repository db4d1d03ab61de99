using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>A disk is filled to the last byte, and freed after a while, without a restart.</summary>
internal sealed class FullDiskFault(FaultTarget target) : IFault
{
    public string Name => $"full-disk-{target.Word()}";

    public string Description => $"the disk of {target.Phrase()} is filled, and freed after a while";

    public FaultLayer Layer => FaultLayer.Disk;

    public Surroundings Needs => Surroundings.SmallDisk;

    public string? Unavailable => SmallDisk.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        TimeSpan held = context.Between(3, 8);
        long filled = 0;
        bool full = true;
        try
        {
            foreach (MemberProcess victim in victims)
            {
                string disk = victim.SmallDiskFolder ?? throw new InvalidOperationException($"{victim.Name} has no small disk");
                filled += SmallDisk.Fill(disk);
                full &= SmallDisk.IsFull(disk);
            }

            await FaultContext.HoldAsync(held, cancellationToken);
        }
        finally
        {
            foreach (MemberProcess victim in victims)
            {
                SmallDisk.Free(victim.SmallDiskFolder!);
            }
        }

        return new FaultEffect(full, $"{FaultContext.Say(victims)}, {filled / (1024 * 1024)} MiB of ballast");
    }
}
