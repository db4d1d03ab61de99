using StateServer.Cli;

namespace StateServer.Recovery;

/// <summary>When a recovery is refused.</summary>
internal static class RecoveryJudgement
{
    /// <summary>Refuses what can't be, and what isn't needed.</summary>
    /// <exception cref="VerbFailedException">It is refused.</exception>
    public static void Refuse(RecoveryFinding finding, bool force)
    {
        if (finding.State is null)
        {
            throw new VerbFailedException(ExitCode.Failed,
            [
                "no old member's disk that was found is whole, so there is nothing to go on with; bring other disks, or give --from-snapshot FILE",
                .. finding.Old.Select(member => $"{member.Disk.Folder}: {DiskReport.Of(member, finding).State}"),
            ]);
        }

        if (finding.Seat is null)
        {
            throw new VerbFailedException(
                ExitCode.Failed,
                $"no folder here belongs to a member that the snapshot knows; make a new cluster of it with 'stateserver snapshot restore {finding.Snapshot}'");
        }

        if (finding.Choice is { IsMajority: true, Best.Log.Voters: var voters } choice && !force)
        {
            throw new VerbFailedException(
                ExitCode.Failed,
                $"whole disks of {voters.Count(voter => choice.Whole.Contains(voter.Id))} of {voters.Length} voters are here, which is a quorum: start these members, and nothing is lost; with --force a cluster of one is made of them all the same");
        }
    }

    /// <summary>The new member.</summary>
    /// <exception cref="VerbFailedException">Nothing tells where its predecessor stood.</exception>
    public static NewMember Minted(RecoveryFinding finding) => NewMember.Mint(finding) ?? throw new VerbFailedException(
        ExitCode.Failed,
        $"{finding.Seat!.Disk.Folder} was never registered with its cluster, so its address and zone aren't known; save what it holds by starting it alone, or give another old member's folder");
}
