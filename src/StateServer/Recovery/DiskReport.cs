using System.Globalization;
using StateServer.Consensus.Recovery;

namespace StateServer.Recovery;

/// <summary>One old member's disk, in <see cref="RecoveryReport"/>.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Member">The member's id, a decimal string; null where the folder doesn't tell.</param>
/// <param name="Cluster">The cluster's id, a decimal string; null where the folder doesn't tell.</param>
/// <param name="Name">What people call the member.</param>
/// <param name="Zone">Where it stands; null where nobody knows.</param>
/// <param name="Machine">Its machine's name; null where it is no machine of the local provider.</param>
/// <param name="Term">The highest term that it knew; null, as the next ones, where its log can't be read whole.</param>
/// <param name="LastTerm">The term of its last entry.</param>
/// <param name="LastIndex">The index of its last entry.</param>
/// <param name="Committed">The last entry that it knew to be committed.</param>
/// <param name="Snapshot">The last entry in its snapshot; 0 for none.</param>
/// <param name="IsBest">True where a new cluster would begin with it.</param>
/// <param name="IsRunning">True while a process holds the folder.</param>
/// <param name="State">Whether it is whole, in words.</param>
internal sealed record DiskReport(
    string Folder,
    string? Member,
    string? Cluster,
    string Name,
    string? Zone,
    string? Machine,
    long? Term,
    long? LastTerm,
    long? LastIndex,
    long? Committed,
    long? Snapshot,
    bool IsBest,
    bool IsRunning,
    string State)
{
    /// <summary>Of one old member.</summary>
    public static DiskReport Of(OldMember member, RecoveryFinding finding)
    {
        HeldDisk disk = member.Disk;
        return new(
            disk.Folder,
            disk.Node.IsNone ? null : disk.Node.Value.ToString(CultureInfo.InvariantCulture),
            disk.Cluster.Value == 0 ? null : disk.Cluster.Value.ToString(CultureInfo.InvariantCulture),
            finding.NameOf(member),
            member.ZoneIn(finding.State)?.Name,
            member.Machine?.Name,
            disk.Log?.Term,
            disk.Log?.LastTerm,
            disk.Log?.LastIndex,
            disk.Log?.CommitIndex,
            disk.Log?.SnapshotIndex,
            finding.Choice?.Best == disk && finding.Snapshot is null,
            member.Claim.IsHeld,
            StateOf(member));
    }

    private static string StateOf(OldMember member)
    {
        HeldDisk disk = member.Disk;
        string state = disk.IsBeingRecovered ? "its recovery was begun: its next start finishes it"
            : disk.Retired is { } retired ? $"retired: {retired}"
            : disk.Damage is { } damage ? (member.Claim.IsHeld ? $"can't be read whole while it runs: {damage}" : $"damaged: {damage}")
            : "whole";
        return member.Claim.IsHeld ? $"{state}; {member.Running}" : state;
    }
}
