using System.Collections.Immutable;
using StateServer.Cli;
using StateServer.Consensus.Recovery;
using StateServer.Providers.Local;

namespace StateServer.Recovery;

/// <summary>
/// Makes a cluster of one of the old members' folders that an operator named: no provider is asked, so the operator ends the other
/// members and says so.
/// </summary>
/// <param name="finding">What was found in the folders.</param>
/// <param name="say">Told of each step.</param>
internal sealed class FolderRecovery(RecoveryFinding finding, Action<string> say)
{
    /// <summary>Retires the other folders, and turns the seat's into the new member's.</summary>
    /// <param name="areFenced">Whether the operator says that no other old member runs, or will.</param>
    /// <param name="force">Also where a quorum of whole disks is left.</param>
    /// <returns>What was made.</returns>
    /// <exception cref="VerbFailedException">It is refused; nothing was changed.</exception>
    /// <exception cref="IOException">A file can't be written; the command run again goes on.</exception>
    public async Task<RecoveryResult> RunAsync(bool areFenced, bool force)
    {
        RecoveryJudgement.Refuse(finding, force);
        ImmutableArray<OldMember> running = [.. finding.Old.Where(member => member.Claim.IsHeld)];
        if (!running.IsEmpty)
        {
            throw new VerbFailedException(ExitCode.Failed,
            [
                .. running.Select(member => $"--data-dir: {member.Disk.Folder} is locked: {finding.NameOf(member)} {member.Running}; stop its process (by its supervisor, or with SIGTERM), then run the command again"),
            ]);
        }

        if (!areFenced && finding.Others.Any())
        {
            throw new VerbFailedException(
                ExitCode.WrongUse,
                $"no provider ends the other old members of these folders: {string.Join(", ", finding.Others)}; end them for good, so that none serves old clients beside the new cluster, then give --old-members-are-fenced");
        }

        OldMember seat = finding.Seat!;
        NewMember member = RecoveryJudgement.Minted(finding);
        using FolderLock claim = await SeatClaim.TakeAsync(seat);
        RecoveredFolder staged = member.Stage(finding);
        try
        {
            foreach (OldMember other in finding.Old.Where(other => other != seat))
            {
                OldMemberEnding.Retire(other, $"its cluster lost its quorum, and goes on as cluster {member.Cluster} with {member.Name}", say);
            }
        }
        catch
        {
            staged.Abandon();
            throw;
        }

        staged.Commit();
        return new RecoveryResult(
            member, finding, staged.Aside, $"stateserver server {member.Flags(seat.Disk.Folder)}, and its other flags or settings as before");
    }
}
