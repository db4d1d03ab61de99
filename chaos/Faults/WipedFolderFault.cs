using StateServer.Chaos.Clusters;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A member comes back with an emptied folder under its old id: it must be refused and must not vote. Then it gets its own
/// folder back, as if it had only been away.
/// </summary>
internal sealed class WipedFolderFault(FaultTarget target) : IFault
{
    public string Name => $"wiped-folder-{target.Word()}";

    public string Description => $"{target.Phrase()} restarted with an emptied folder must be refused; then the folder is given back";

    public FaultLayer Layer => FaultLayer.Folder;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(target, cancellationToken))[0];
        TimeSpan held = context.Between(3, 6);
        if (!await FaultContext.KillAsync([victim]))
        {
            return new FaultEffect(false, $"{victim.Name} did not die");
        }

        string aside = victim.DataFolder + ".aside";
        Directory.Move(victim.DataFolder, aside);
        StatusResponse? status;
        try
        {
            victim.ExpectAlarms();
            victim.Start();
            victim.ExpectDeath();
            await FaultContext.HoldAsync(held, cancellationToken);
            status = await context.Observer.StatusAsync(victim, CancellationToken.None);
            await FaultContext.KillAsync([victim]);
            victim.EndAlarms();
        }
        finally
        {
            if (Directory.Exists(victim.DataFolder))
            {
                Directory.Delete(victim.DataFolder, recursive: true);
            }

            Directory.Move(aside, victim.DataFolder);
            victim.Start();
        }

        return status is { RaftAppliedIndex: > 0 }
            ? throw new FaultSurvivedException($"{victim.Name} took part again with an emptied folder, at index {status.RaftAppliedIndex}")
            : new FaultEffect(true, $"{victim.Name} stayed outside{(status is null ? ", silent" : "")}");
    }
}
