using System.Globalization;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Recovery;

/// <summary>
/// Makes a data folder that of the one member of a new cluster, whatever it held: what is to be is written and verified beside, in the
/// folder itself; one rename decides; then what was there goes aside, marked as never to be used again, and what is to be takes its
/// place. After the decision any start of the folder, or <see cref="Finish(string)"/>, brings a crash in the middle to its end; before
/// it, nothing was changed. Whoever calls holds the folder's lock. Not thread-safe.
/// </summary>
public sealed class RecoveredFolder
{
    private const string StagedName = "recovery-staged";
    private const string DecidedName = "recovery";
    private const string IdentityName = "identity";

    /// <summary>What a member's folder holds of it; the identity last, since a folder without one doesn't start.</summary>
    private static readonly string[] Parts = ["snapshots", "vote", "log", "library", IdentityName];

    private readonly string _folder;
    private readonly IDisk _disk;

    private RecoveredFolder(string folder, ClusterId cluster, IDisk disk)
    {
        _folder = folder;
        _disk = disk;
        Aside = AsideOf(folder, cluster);
    }

    /// <summary>Where what is in the folder now goes.</summary>
    public string Aside { get; }

    /// <summary>Writes beside what the folder is to become, syncs it, and reads it back.</summary>
    /// <param name="folder">The data folder; made where it is missing.</param>
    /// <param name="cluster">The new cluster's id, minted for it.</param>
    /// <param name="member">Its one member, whose id was minted for it.</param>
    /// <param name="state">The state, of <see cref="RecoveredState"/>.</param>
    /// <exception cref="IOException">It can't be written, the disk doesn't give back what was written, or a recovery of it is decided already.</exception>
    public static RecoveredFolder Stage(string folder, ClusterId cluster, InitialMember member, ReplicatedState state) =>
        Stage(folder, cluster, member, state, new LibcDisk(new RefusedEnd()));

    internal static RecoveredFolder Stage(string folder, ClusterId cluster, InitialMember member, ReplicatedState state, IDisk disk)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(state);
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (IsDecided(path))
        {
            throw new IOException($"a recovery of {path} is decided already; start its member, which finishes it");
        }

        disk.CreateFolder(path);
        Clear(path);
        string staged = Path.Combine(path, StagedName);
        try
        {
            disk.CreateFolder(staged);
            RestoredFolder.Fill(staged, disk, cluster, member.Id, InitialMembersRule.Configure([member], member.Id), state, isAlone: true);
            disk.SyncFolder(staged);
            disk.SyncFolder(path);
            Verify(staged, cluster, member.Id, state);
        }
        catch
        {
            Clear(path);
            throw;
        }

        return new(path, cluster, disk);
    }

    /// <summary>Decides it, durably, and carries it out.</summary>
    /// <exception cref="IOException">It can't be written. Where <see cref="IsDecided"/> says so, the next start goes on.</exception>
    public void Commit()
    {
        _disk.Rename(Path.Combine(_folder, StagedName), Path.Combine(_folder, DecidedName));
        _disk.SyncFolder(_folder);
        Finish(_folder, _disk);
    }

    /// <summary>Gives up what was staged; nothing else was changed.</summary>
    public void Abandon() => Clear(_folder);

    /// <summary>True where a recovery of a folder was decided and isn't finished.</summary>
    public static bool IsDecided(string folder) => File.Exists(Path.Combine(folder, DecidedName, IdentityName));

    /// <summary>Brings a recovery that was decided to its end; does nothing where there is none.</summary>
    /// <exception cref="IOException">It can't be written; to be tried again.</exception>
    public static void Finish(string folder) =>
        Finish(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), new LibcDisk(new RefusedEnd()));

    /// <summary>The same, at a start.</summary>
    /// <exception cref="LogDamagedException">What was decided is damaged.</exception>
    internal static void Finish(string folder, IDisk disk)
    {
        if (!IsDecided(folder))
        {
            return;
        }

        string decided = Path.Combine(folder, DecidedName);
        ClusterId cluster = IdentityStore.Open(Path.Combine(decided, IdentityName), disk).Current.Cluster;
        string aside = AsideOf(folder, cluster);
        disk.CreateFolder(aside);
        disk.SyncFolder(folder);
        RetireOld(folder, cluster, disk);
        foreach (string part in Enumerable.Reverse(Parts).Where(part => IsOld(folder, part)))
        {
            disk.Rename(Path.Combine(folder, part), Path.Combine(aside, part));
        }

        disk.SyncFolder(aside);
        disk.SyncFolder(folder);
        foreach (string part in Parts.Where(part => IsThere(Path.Combine(decided, part))))
        {
            disk.Rename(Path.Combine(decided, part), Path.Combine(folder, part));
            disk.SyncFolder(folder);
        }

        Clear(folder);
    }

    private static string AsideOf(string folder, ClusterId cluster) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"before-cluster-{cluster.Value}"));

    /// <summary>
    /// True for what was there before: it isn't one of those parts of the new one that have taken their places already. Log and library
    /// are made by the new member's first start, which comes behind all of this.
    /// </summary>
    private static bool IsOld(string folder, string part) => IsThere(Path.Combine(folder, part))
        && (IsThere(Path.Combine(folder, DecidedName, part)) || part is "log" or "library");

    private static bool IsThere(string path) => File.Exists(path) || Directory.Exists(path);

    private static void RetireOld(string folder, ClusterId cluster, IDisk disk)
    {
        string identity = Path.Combine(folder, IdentityName);
        if (!File.Exists(identity))
        {
            return;
        }

        try
        {
            IdentityStore.Open(identity, disk).Retire($"its cluster lost its quorum, and goes on as cluster {cluster}");
        }
        catch (LogDamagedException)
        {
            // A damaged one is refused by every start; it goes aside as it is.
        }
    }

    private static void Verify(string staged, ClusterId cluster, NodeId self, ReplicatedState state)
    {
        using OpenedDisk opened = OpenedDisk.Open(staged, identity =>
        {
            if (identity.Cluster != cluster || identity.Node != self)
            {
                throw new IOException($"the disk doesn't give back what was written to {staged}: its identity is another one");
            }
        });
        if (opened.Rebuild().Digest != state.Digest)
        {
            throw new IOException($"the disk doesn't give back what was written to {staged}: its state is another one");
        }
    }

    /// <summary>Removes what counts for nothing: what was staged and not decided, and the shell of what was carried out.</summary>
    private static void Clear(string folder)
    {
        foreach (string name in new[] { StagedName, DecidedName }.Where(name => !IsDecided(folder) || name == StagedName))
        {
            if (Path.Combine(folder, name) is var left && Directory.Exists(left))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }
}
