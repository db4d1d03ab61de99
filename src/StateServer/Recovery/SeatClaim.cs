using StateServer.Cli;
using StateServer.Providers.Local;

namespace StateServer.Recovery;

/// <summary>The claim on the folder that is to become the new member's, so that nobody starts with it meanwhile.</summary>
internal static class SeatClaim
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Takes it.</summary>
    /// <exception cref="VerbFailedException">A process holds it.</exception>
    public static async Task<FolderLock> TakeAsync(OldMember seat) =>
        await FolderLock.TakeAsync(seat.Disk.Folder, Patience, TimeProvider.System, CancellationToken.None)
        ?? throw new VerbFailedException(
            ExitCode.Failed, $"{seat.Disk.Folder} is locked: a member was started there just now; stop it, then run the command again");
}
