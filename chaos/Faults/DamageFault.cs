using StateServer.Chaos.Clusters;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A bit is flipped in, or the end cut off, a file of a stopped minority. Each must name the file and take no part. Then the
/// file is given back as it was.
/// </summary>
internal sealed class DamageFault(DamagedPart part, bool cutOff) : IFault
{
    /// <summary>How long a member may take from its start to its complaint: a start alone takes ten seconds where a machine is overloaded.</summary>
    private static readonly TimeSpan ComplaintLimit = TimeSpan.FromSeconds(40);

    public string Name => $"{(cutOff ? "cut-off" : "bit-flip")}-{part.ToString().ToLowerInvariant()}";

    public string Description =>
        $"{(cutOff ? "the end cut off" : "a bit flipped in")} the {part.ToString().ToLowerInvariant()} of a stopped minority, who must name the file and not vote";

    public FaultLayer Layer => FaultLayer.Folder;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> all = await context.ChooseAsync(FaultTarget.All, cancellationToken);
        int most = all.Count - context.Cluster.Quorum;
        MemberProcess[] victims = [.. all.Take(1 + context.Random.Next(most))];
        await FaultContext.KillAsync(victims);
        var told = new List<string>();
        string? survived = null;
        foreach (MemberProcess victim in victims)
        {
            if (FileDamage.Choose(victim.DataFolder, part, context.Random) is not { } damage)
            {
                victim.Start();
                continue;
            }

            (bool complained, string? tookPart) = await ShowAsync(context, victim, damage);
            told.Add($"{victim.Name}: {damage}");
            survived ??= !complained ? $"{victim.Name} did not name {damage.File} in its log, of which {damage}"
                : tookPart is not null ? $"{victim.Name} {tookPart} with {damage}"
                : null;
        }

        return survived is not null
            ? throw new FaultSurvivedException(survived)
            : new FaultEffect(told.Count > 0, told.Count > 0 ? string.Join("; ", told) : $"{FaultContext.Say(victims)} had no {part.ToString().ToLowerInvariant()} to damage");
    }

    /// <summary>Damages, starts, waits for the complaint, and gives the file back.</summary>
    private async Task<(bool Complained, string? TookPart)> ShowAsync(FaultContext context, MemberProcess victim, FileDamage damage)
    {
        damage.Inflict(cutOff);
        victim.ExpectAlarms();
        long from = victim.LogLength;
        try
        {
            victim.Start();
            victim.ExpectDeath();
            string name = Path.GetFileName(damage.File);
            bool complained = await context.Observer.WaitLogAsync(victim, from, name, ComplaintLimit);
            await FaultContext.HoldAsync(context.Between(0.5, 3), CancellationToken.None);
            StatusResponse? status = await context.Observer.StatusAsync(victim, CancellationToken.None);
            return (complained, status is { RaftAppliedIndex: > 0 } ? $"took part, at index {status.RaftAppliedIndex}," : null);
        }
        finally
        {
            await FaultContext.KillAsync([victim]);
            victim.EndAlarms();
            damage.Undo();
            victim.Start();
        }
    }
}
