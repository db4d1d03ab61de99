using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A follower comes back with an emptied folder under its old id: it must be refused and must not vote. Then it gets its own
/// folder back, as if it had only been away.
/// </summary>
internal sealed class WipedFolderFault : IFault
{
    public string Name => "wiped-folder";

    public string Description => "a follower restarted with an emptied folder must be refused; then its folder is given back";

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(FaultTarget.Follower, cancellationToken))[0];
        victim.Kill();
        if (!await victim.WaitForExitAsync(TimeSpan.FromSeconds(5)))
        {
            return new FaultEffect(false, $"{victim.Name} did not die");
        }

        string aside = victim.DataFolder + ".aside";
        Directory.Move(victim.DataFolder, aside);
        victim.Start();
        victim.ExpectDeath();
        await Task.Delay(context.Between(3, 6), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Protos.Etcd.StatusResponse? status = await context.Observer.StatusAsync(victim, cancellationToken);
        victim.Kill();
        await victim.WaitForExitAsync(TimeSpan.FromSeconds(5));
        Directory.Delete(victim.DataFolder, recursive: true);
        Directory.Move(aside, victim.DataFolder);
        victim.Start();
        return status is { RaftAppliedIndex: > 0 }
            ? throw new FaultSurvivedException($"{victim.Name} took part again with an emptied folder, at index {status.RaftAppliedIndex}")
            : new FaultEffect(true, $"{victim.Name} stayed outside");
    }
}
