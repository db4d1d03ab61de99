using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Options;
using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>What <c>up</c> found before it changes anything.</summary>
/// <param name="Cluster">The cluster that the root records, or a new one.</param>
/// <param name="IsNew">True where the root records none yet.</param>
/// <param name="Dead">The fixed members whose process is gone: they are to be started, and their ports are free. Those whose zone has failed are not among them.</param>
internal sealed record LocalPreparation(LocalCluster Cluster, bool IsNew, ImmutableArray<LocalMember> Dead)
{
    /// <summary>Members where nothing is said.</summary>
    public const int DefaultCount = 3;

    /// <summary>The first member's client port where nothing is said: etcd's.</summary>
    public const int DefaultPort = 2379;

    /// <summary>Looks at a root, and changes nothing.</summary>
    /// <param name="root">The root.</param>
    /// <param name="count">-n, or null.</param>
    /// <param name="port">--port, or null.</param>
    /// <param name="isEnvironment">True where a new cluster is to be an environment's, begun with one member; false for fixed members.</param>
    /// <exception cref="LocalFailureException">It can't be brought up as asked.</exception>
    public static LocalPreparation Look(LocalRoot root, int? count, int? port, bool isEnvironment = false)
    {
        LocalCluster? recorded = LocalCluster.Read(root.Path);
        Judge(count, port, recorded?.IsFixed ?? !isEnvironment);
        if (recorded is null)
        {
            RefuseStrangersFolder(root);
            LocalCluster minted = isEnvironment
                ? LocalCluster.MintEnvironment(count ?? DefaultCount, port ?? DefaultPort)
                : LocalCluster.Mint(count ?? DefaultCount, port ?? DefaultPort);
            RefuseTakenPorts(minted, minted.Members);
            return new LocalPreparation(minted, IsNew: true, minted.FixedMembers);
        }

        RefuseAnotherShape(root, recorded, count, port);
        ImmutableArray<LocalMember> dead =
            [.. recorded.FixedMembers.Where(m => !FolderLock.Look(root.DataFolder(m)).IsHeld && !HasFailedZone(root, m))];
        RefuseTakenPorts(recorded, dead);
        return new LocalPreparation(recorded, IsNew: false, dead);
    }

    /// <summary>True while the zone that a member stands in has failed: nothing runs there until it is healed.</summary>
    public static bool HasFailedZone(LocalRoot root, LocalMember member) =>
        new LocalFaults(root.Path, TimeSpan.Zero, TimeProvider.System).HasFailed(new Zone(member.Zone));

    /// <summary>Refuses a root that holds a cluster: a restored one needs a root of its own.</summary>
    /// <exception cref="LocalFailureException">It holds one.</exception>
    public static void RefuseUsed(LocalRoot root)
    {
        if (LocalCluster.Read(root.Path) is { } recorded)
        {
            throw new LocalFailureException(
                wrongUse: false,
                $"--root {root.Path} holds cluster {recorded.ClusterId} already; give an empty or new folder, or end that cluster with 'stateserver down --destroy --root {root.Path}'");
        }
    }

    private static void Judge(int? count, int? port, bool isFixed)
    {
        List<string> wrong = [];
        if (count is { } n && !InitialMemberList.Sizes.Contains(n))
        {
            wrong.Add($"-n {n}: a cluster has 1, 3, 5 or 7 members");
        }

        int highest = isFixed ? SlotPorts.HighestBase(count is > 0 and < 100 ? count.Value : DefaultCount) : LocalZoneList.HighestPort;
        if (port is { } p && (p < 1 || p > highest))
        {
            wrong.Add($"--port {p}: out of range; give 1 to {highest}, each {(isFixed ? "member takes three ports from there, ten apart" : "machine takes ten ports from there")}");
        }

        if (wrong.Count > 0)
        {
            throw new LocalFailureException(wrongUse: true, wrong);
        }
    }

    private static void RefuseStrangersFolder(LocalRoot root)
    {
        if (File.Exists(root.Path))
        {
            throw new LocalFailureException(wrongUse: true, $"--root {root.Path} is a file; give a folder");
        }

        if (Directory.Exists(root.Path)
            && Directory.EnumerateFileSystemEntries(root.Path).FirstOrDefault(e => e != root.WorkFolder) is { } entry)
        {
            throw new LocalFailureException(
                wrongUse: true,
                $"--root {root.Path} has no {LocalCluster.FileName} and is not empty (there is {Path.GetFileName(entry)}); give an empty or new folder");
        }

        if (WritableFolder.Error(root.Path) is { } unwritable)
        {
            throw new LocalFailureException(wrongUse: false, $"--root: {unwritable}");
        }
    }

    private static void RefuseAnotherShape(LocalRoot root, LocalCluster recorded, int? count, int? port)
    {
        List<string> wrong = [];
        string cure = $"leave the flag out to resume it, give another --root, or end it with 'stateserver down --destroy --root {root.Path}'";
        if (recorded.IsFixed && count is { } n && n != recorded.Members.Length)
        {
            wrong.Add($"-n {n}: {root.Path} holds a cluster of {recorded.Members.Length}; {cure}");
        }

        if (port is { } p && p != recorded.BasePort)
        {
            wrong.Add($"--port {p}: {root.Path} holds a cluster on port {recorded.BasePort}; {cure}");
        }

        if (wrong.Count > 0)
        {
            throw new LocalFailureException(wrongUse: true, wrong);
        }
    }

    private static void RefuseTakenPorts(LocalCluster cluster, ImmutableArray<LocalMember> members)
    {
        List<string> taken = [.. members.SelectMany(m => cluster.PortsOf(m).Errors().Select(e => $"{m.Name}: {e}"))];
        if (taken.Count > 0)
        {
            throw new LocalFailureException(wrongUse: false, taken);
        }
    }
}
