using System.Globalization;
using StateServer.Consensus.Recovery;
using StateServer.Reports.Formats;

namespace StateServer.Recovery;

/// <summary>What a recovery keeps, what it loses and what is to be done, in sentences.</summary>
internal static class RecoveryWords
{
    /// <summary>What stays.</summary>
    public static string Kept(RecoveryFinding finding)
    {
        if (finding.State is not { } state)
        {
            return "nothing: no disk that was found is whole";
        }

        string content = Invariant($"{state.Keyspace.KeyCount} keys at revision {state.Keyspace.Revision.Value}")
            + (state.TimestampMilliseconds > 0
                ? $", the last change at {Rfc3339Time.Format(DateTimeOffset.FromUnixTimeMilliseconds(state.TimestampMilliseconds))}"
                : "");
        return finding.Snapshot is { } file
            ? $"what {file} holds: {content}"
            : $"all that {finding.NameOf(finding.Seat!)}'s disk holds: {content}{Uncommitted(finding.Choice!.Best.Log!)}";
    }

    /// <summary>What is lost, or may be.</summary>
    public static string Lost(RecoveryFinding finding)
    {
        if (finding.State is null)
        {
            return "everything, unless other disks or a snapshot turn up";
        }

        if (finding.Snapshot is { } file)
        {
            return $"every change that was made after {file} was saved, whether it was acknowledged or not"
                + (finding.Choice is { } choice ? $"; {choice.Best.Folder} may hold later ones, see above" : "");
        }

        int voters = finding.Choice!.Best.Log!.Voters.Length;
        int whole = finding.Choice.Best.Log.Voters.Count(voter => finding.Choice.Whole.Contains(voter.Id));
        return finding.Choice.IsMajority
            ? Invariant($"nothing: of {voters} voters {whole} have whole disks here, and every acknowledged write is on a majority of them")
            : Invariant($"nothing that this disk holds; but of {voters} voters only {whole} {(whole == 1 ? "has a whole disk" : "have whole disks")} here, so writes that were acknowledged by the others alone, in the last moments before they were lost, are lost with them, and nothing here tells whether there were any");
    }

    /// <summary>What to do next.</summary>
    public static string Advice(RecoveryFinding finding, string arguments)
    {
        if (finding.Old.FirstOrDefault(member => member.Disk.IsBeingRecovered) is { } begun)
        {
            return $"a recovery of {begun.Disk.Folder} was begun: 'stateserver recover --apply {arguments}' finishes it";
        }

        if (finding.State is null)
        {
            return $"bring the disks of other old members, or begin with a snapshot: 'stateserver recover --apply {arguments} --from-snapshot FILE'";
        }

        if (finding.Seat is null)
        {
            return $"no folder here belongs to a member that the snapshot knows: make a new cluster of it with 'stateserver snapshot restore {finding.Snapshot}'";
        }

        return finding.Choice is { IsMajority: true }
            ? "start these members: they are a majority, and nothing needs to be recovered"
            : $"'stateserver recover --apply {arguments}{(finding.Snapshot is { } file ? $" --from-snapshot {file}" : "")}' makes a cluster of one of it, in {finding.Seat.Disk.Folder}";
    }

    private static string Uncommitted(HeldLog log) => (log.LastIndex - log.CommitIndex) switch
    {
        <= 0 => Invariant($"; it knew all its entries up to {log.LastIndex} to be committed"),
        1 => Invariant($"; it knew entries up to {log.CommitIndex} to be committed, and the one behind them is kept too, since it may have been acknowledged"),
        _ => Invariant($"; it knew entries up to {log.CommitIndex} to be committed, and those from {log.CommitIndex + 1} to {log.LastIndex} are kept too, since they may have been acknowledged"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
