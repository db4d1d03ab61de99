using StateServer.Consensus.Codec;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Makes the data folder that a member of a new cluster begins with, where that cluster doesn't begin empty: its identity, its
/// term, and a snapshot with the initial members as its configuration. The folder appears whole or not at all.
/// </summary>
public static class RestoredFolder
{
    /// <summary>The term of the snapshot. A member's own must not be lower; 0 stands for no entry at all.</summary>
    private const long Term = 1;

    /// <summary>Makes it.</summary>
    /// <param name="folder">The data folder: it must be missing or empty.</param>
    /// <param name="cluster">The new cluster's id, minted for it.</param>
    /// <param name="self">The member, one of the list.</param>
    /// <param name="members">The initial members, the same for each of them.</param>
    /// <param name="state">The state, of <see cref="RestoredState.Of"/>; the same for each of them.</param>
    /// <exception cref="IOException">It isn't empty, can't be written, or its disk is full; nothing is left behind.</exception>
    public static void Make(
        string folder, ClusterId cluster, NodeId self, IReadOnlyCollection<InitialMember> members, ReplicatedState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        ClusterConfiguration first = InitialMembersRule.Configure(members, self);
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RefuseUsed(path);
        string staged = $"{path}.restored-{Environment.ProcessId}";
        var disk = new LibcDisk(new RefusedEnd());
        try
        {
            disk.CreateFolder(staged);
            Fill(staged, disk, cluster, self, first, state, isAlone: false);
            disk.SyncFolder(staged);

            // Over an empty folder too; a used one refuses.
            disk.Rename(staged, path);
            disk.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }

            throw;
        }
    }

    /// <summary>Null, or why a folder can't become a restored member's.</summary>
    public static string? Refusal(string folder) => File.Exists(folder)
        ? $"{folder} is a file; give a new folder"
        : Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).FirstOrDefault() is { } entry
            ? $"{folder} is not empty (there is {Path.GetFileName(entry)}); give an empty or new folder"
            : null;

    /// <summary>Writes all of it into a new folder, whose entries the caller syncs.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="cluster">The new cluster's id.</param>
    /// <param name="self">The member.</param>
    /// <param name="first">The first configuration.</param>
    /// <param name="state">The state.</param>
    /// <param name="isAlone">True for a cluster's only member: there is nobody to compare anything with before the first vote.</param>
    internal static void Fill(
        string folder, IDisk disk, ClusterId cluster, NodeId self, ClusterConfiguration first, ReplicatedState state, bool isAlone)
    {
        var identity = IdentityStore.Create(Path.Combine(folder, "identity"), cluster, self, disk);
        if (isAlone)
        {
            identity.KeepFirstConfiguration(first.Encode());
        }

        using (var votes = VoteStore.Create(Path.Combine(folder, "vote"), disk))
        {
            votes.Save(Term, default);
        }

        WriteSnapshot(Path.Combine(folder, "snapshots"), disk, cluster, first, state);
    }

    private static void RefuseUsed(string path)
    {
        if (Refusal(path) is { } refusal)
        {
            throw new IOException(refusal);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    }

    private static void WriteSnapshot(
        string folder, IDisk disk, ClusterId cluster, ClusterConfiguration first, ReplicatedState state)
    {
        using var snapshots = SnapshotStore.Open(folder, new() { Cluster = cluster, Disk = disk });
        using var writer = snapshots.Begin(new(state.AppliedIndex, Term), first.Encode(), state.AppliedIndex);
        StateSnapshotCodec.Write(writer, state);
        writer.Commit();
    }
}
