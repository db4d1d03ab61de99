using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>All members killed at once, and each one's disk left without a random part of what was not synced.</summary>
internal sealed class PowerLossFault : IFault
{
    public string Name => "power-loss";

    public string Description => "all members killed at once; a random half of the unsynced sectors is lost";

    public FaultLayer Layer => FaultLayer.Folder;

    public Surroundings Needs => Surroundings.ForgetfulDisk;

    public string? Unavailable => ForgetfulDisk.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> members = context.Cluster.Members;
        bool dead = await FaultContext.KillAsync(members);
        var told = new List<string>();
        foreach (MemberProcess member in members)
        {
            told.Add($"{member.Name} {await member.ForgetfulDisk!.LosePowerAsync()}");
        }

        foreach (MemberProcess member in members)
        {
            member.Start();
        }

        return new FaultEffect(dead && told.All(t => t.Contains("forgot", StringComparison.Ordinal)), string.Join("; ", told));
    }
}
