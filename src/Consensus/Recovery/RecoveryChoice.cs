using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Recovery;

/// <summary>Which of the disks that were found a cluster goes on with, and what that means. Immutable.</summary>
/// <param name="Best">The disk whose log holds the most.</param>
/// <param name="Whole">The members whose disks are whole, the best one's among them.</param>
/// <param name="IsMajority">
/// True where the whole disks are a majority of the voters, whichever of the best log's configurations was in force: then every write that
/// was acknowledged is on one of them, and so on the best one; and the members can simply be started.
/// </param>
public sealed record RecoveryChoice(HeldDisk Best, ImmutableSortedSet<NodeId> Whole, bool IsMajority)
{
    /// <summary>Chooses. Pure.</summary>
    /// <param name="disks">All that were found; those that can't be used count for nothing.</param>
    /// <returns>Null where none can be used.</returns>
    /// <exception cref="ArgumentException">They belong to several clusters, or one member has two of them.</exception>
    public static RecoveryChoice? Of(IEnumerable<HeldDisk> disks)
    {
        List<HeldDisk> whole = [.. disks.Where(disk => disk.IsUsable)];
        if (whole.DistinctBy(disk => disk.Cluster).Count() > 1)
        {
            throw new ArgumentException(
                "the folders belong to several clusters: " + string.Join("; ", whole.Select(disk => $"{disk.Folder} to {disk.Cluster}")));
        }

        if (whole.GroupBy(disk => disk.Node).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"two folders belong to member {twice.Key}: {string.Join(" and ", twice.Select(disk => disk.Folder))}");
        }

        if (whole.Count == 0)
        {
            return null;
        }

        // Of equal logs the voter's, which was asked for a vote; then by name, so that every look says the same.
        HeldDisk best = whole
            .OrderByDescending(disk => (disk.Log!.LastTerm, disk.Log.LastIndex))
            .ThenByDescending(disk => disk.Named is not null)
            .ThenBy(disk => disk.Folder, StringComparer.Ordinal)
            .First();
        ImmutableSortedSet<NodeId> members = [.. whole.Select(disk => disk.Node)];
        bool isMajority = best.Log!.Configurations.All(voters => voters.Count(voter => members.Contains(voter.Id)) * 2 > voters.Length);
        return new(best, members, isMajority);
    }
}
