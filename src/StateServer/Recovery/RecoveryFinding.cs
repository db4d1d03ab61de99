using System.Collections.Immutable;
using StateServer.Cli;
using StateServer.Consensus.Recovery;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Apply;

namespace StateServer.Recovery;

/// <summary>What is left of a cluster, and what it could go on with.</summary>
/// <param name="Old">The old members whose folders were found.</param>
/// <param name="Choice">The best disk; null where none is whole.</param>
/// <param name="Seat">The old member in whose folder the new one is to live; null where there is none.</param>
/// <param name="State">What the cluster would go on with: the best disk's state, or a snapshot's; null where there is neither.</param>
/// <param name="Snapshot">Null where the state is the best disk's; else the snapshot's file.</param>
internal sealed record RecoveryFinding(
    ImmutableArray<OldMember> Old, RecoveryChoice? Choice, OldMember? Seat, ReplicatedState? State, string? Snapshot)
{
    /// <summary>The highest incarnation that the best disk knows of, where the state is another one's; 0 where that isn't known.</summary>
    public long KnownIncarnation { get; init; }

    /// <summary>Judges what was found, by the best disk.</summary>
    /// <exception cref="VerbFailedException">The folders don't belong together.</exception>
    public static RecoveryFinding Of(ImmutableArray<OldMember> old)
    {
        while (true)
        {
            if (Choose(old) is not { } choice)
            {
                return new(old, null, null, null, null);
            }

            OldMember best = old.Single(member => member.Disk == choice.Best);
            try
            {
                return new(old, choice, best, DiskReading.Rebuild(best.Disk.Folder), null);
            }
            catch (IOException exception)
            {
                // Every byte is as it was written, and the state can't be made of it: the next best, then.
                old = old.Replace(best, best with { Disk = best.Disk with { Damage = exception.Message } });
            }
        }
    }

    /// <summary>Judges what was found, to go on with a snapshot: in the folder of a member that the snapshot knows.</summary>
    /// <exception cref="VerbFailedException">The folders don't belong together.</exception>
    public static RecoveryFinding Of(ImmutableArray<OldMember> old, SavedSnapshot saved, string file)
    {
        RecoveryChoice? choice = Choose(old);
        OldMember? seat = old
            .Where(member => saved.State.Members.ContainsKey(member.Disk.Node) && !member.Disk.IsBeingRecovered)
            .OrderByDescending(member => member.Disk == choice?.Best)
            .FirstOrDefault();
        return new(old, choice, seat, saved.State, file) { KnownIncarnation = choice is null ? 0 : IncarnationOf(choice.Best) };
    }

    /// <summary>Names of the old members, as the best knowledge has them.</summary>
    public string NameOf(OldMember member) => member.NameIn(State);

    /// <summary>The members that may still vote for all that is known here, the seat aside: name and address each.</summary>
    public IEnumerable<string> Others => (Choice?.Best.Log?.Voters ?? [])
        .Where(voter => voter.Id != Seat?.Disk.Node)
        .Select(voter => $"{State?.Members.GetValueOrDefault(voter.Id)?.Name ?? voter.Name} ({State?.Members.GetValueOrDefault(voter.Id)?.PeerAddress ?? voter.PeerAddress})");

    /// <summary>A snapshot may be of a time before the last restore; the new incarnation must be above that one's, too.</summary>
    private static long IncarnationOf(HeldDisk disk)
    {
        try
        {
            return DiskReading.Rebuild(disk.Folder).Incarnation;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static RecoveryChoice? Choose(ImmutableArray<OldMember> old)
    {
        try
        {
            return RecoveryChoice.Of(old.Select(member => member.Disk));
        }
        catch (ArgumentException exception)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{exception.Message}; give the folders of one cluster, each member's once");
        }
    }
}
