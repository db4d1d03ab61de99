using System.Collections.Immutable;
using System.Globalization;
using StateServer.Consensus.Recovery;
using StateServer.Domain.Apply;

namespace StateServer.Recovery;

/// <summary>What <c>recover --dry-run</c> says. Its json form is a contract.</summary>
/// <param name="Cluster">The old cluster's id, a decimal string; null where no disk tells it.</param>
/// <param name="Disks">The old members' disks.</param>
/// <param name="Voters">How many members voted, by the best disk; 0 where there is none.</param>
/// <param name="WholeVoters">Of so many of these a whole disk was found.</param>
/// <param name="IsMajority">True where those are enough to simply start them.</param>
/// <param name="Source">What a new cluster would begin with: a folder, or a snapshot's file; null where there is nothing.</param>
/// <param name="Revision">The keyspace's revision there.</param>
/// <param name="Keys">The keys there.</param>
/// <param name="LastWrite">The replicated time there: about the last write's.</param>
/// <param name="Incarnation">The incarnation there; the new cluster's is above it.</param>
/// <param name="Kept">What stays, in a sentence.</param>
/// <param name="Lost">What is lost, or may be, in a sentence.</param>
/// <param name="Advice">What to do next, in a sentence.</param>
internal sealed record RecoveryReport(
    string? Cluster,
    ImmutableArray<DiskReport> Disks,
    int Voters,
    int WholeVoters,
    bool IsMajority,
    string? Source,
    long? Revision,
    long? Keys,
    DateTimeOffset? LastWrite,
    long? Incarnation,
    string Kept,
    string Lost,
    string Advice)
{
    /// <summary>Of what was found.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="arguments">The arguments that chose the folders, such as <c>--root /r</c>, for the advice.</param>
    public static RecoveryReport Of(RecoveryFinding finding, string arguments)
    {
        HeldDisk? best = finding.Choice?.Best;
        ReplicatedState? state = finding.State;
        var voters = best?.Log?.Voters ?? [];
        return new(
            finding.Old.Select(member => member.Disk.Cluster).FirstOrDefault(cluster => cluster != default) is { Value: not 0 } known
                ? known.Value.ToString(CultureInfo.InvariantCulture)
                : null,
            [.. finding.Old.Select(member => DiskReport.Of(member, finding))],
            voters.Length,
            voters.Count(voter => finding.Choice!.Whole.Contains(voter.Id)),
            finding.Choice?.IsMajority ?? false,
            finding.Snapshot ?? best?.Folder,
            state?.Keyspace.Revision.Value,
            state?.Keyspace.KeyCount,
            state is { TimestampMilliseconds: > 0 } ? DateTimeOffset.FromUnixTimeMilliseconds(state.TimestampMilliseconds) : null,
            state?.Incarnation,
            RecoveryWords.Kept(finding),
            RecoveryWords.Lost(finding),
            RecoveryWords.Advice(finding, arguments));
    }
}
