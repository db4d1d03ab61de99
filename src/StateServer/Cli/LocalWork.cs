using System.Collections.Immutable;
using StateServer.Local;
using StateServer.Providers.Local;

namespace StateServer.Cli;

/// <summary>What <c>up</c> and <c>down</c> do alike: claim the root while they start or stop members, and stop all of them.</summary>
internal static class LocalWork
{
    /// <summary>Claims a root for starting or stopping its members.</summary>
    /// <exception cref="LocalFailureException">Another <c>up</c> or <c>down</c> is at it, or the root can't be written.</exception>
    public static async Task<FolderLock> ClaimAsync(LocalRoot root, TimeSpan patience)
    {
        FolderLock? work;
        try
        {
            work = await FolderLock.TakeAsync(root.WorkFolder, patience, TimeProvider.System, CancellationToken.None, provable: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFailureException(wrongUse: false, $"--root {root.Path} can't be made or written: {exception.Message}");
        }

        if (work is not null)
        {
            return work;
        }

        string pid = FolderLock.Look(root.WorkFolder).Holder is { } holder ? $" (pid {holder.Pid})" : "";
        throw new LocalFailureException(wrongUse: false, $"another 'up' or 'down'{pid} is at work in {root.Path}; wait for it");
    }

    /// <summary>Stops every fixed member that runs.</summary>
    /// <returns>Those that still run.</returns>
    public static async Task<ImmutableArray<LocalMember>> StopAsync(LocalRoot root, LocalRun run, TextWriter output)
    {
        ImmutableArray<LocalMember> left = [];
        ImmutableArray<LocalMember> alive = run.Alive();
        if (alive.IsEmpty)
        {
            return [];
        }

        foreach (LocalMember member in alive.Where(m => FolderLock.Look(root.DataFolder(m)) is { IsHeld: true, Holder: null }))
        {
            await output.WriteLineAsync(
                $"{member.Name}: the process that holds {root.DataFolder(member)} can't be proven to be the member's");
        }

        await LocalProgress.ShowAsync(run.Cluster.FixedMembers, output, async say => left = await run.StopAsync(alive, say));
        return left;
    }
}
