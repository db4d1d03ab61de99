using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Recovery;

/// <summary>Folders of members that ran, and what may be done with them.</summary>
internal static class Folders
{
    /// <summary>Runs a cluster of one until it has written thirty keys, and stops it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="untilSnapshot">Whether it goes on until there is a snapshot.</param>
    /// <returns>The state that it had.</returns>
    public static async Task<ReplicatedState> RunAsync(HostedCluster cluster, bool untilSnapshot = false)
    {
        await cluster.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            await cluster[0].Replica.ProposeAsync(Replica.Commands.Put($"key {i}"));
        }

        await Eventually.IsTrueAsync(() => !untilSnapshot || HasSnapshot(cluster.FolderOf(0)), "it has a snapshot", seconds: 60);

        await Eventually.IsTrueAsync(() => cluster[0].Replica.State.Members.Count == 1, "it is registered");
        await cluster[0].StopAsync();
        var state = cluster[0].Replica.State;
        await cluster.KillAsync(0);
        return state;
    }

    /// <summary>True once a member's folder has a snapshot.</summary>
    public static bool HasSnapshot(string folder) => Directory.EnumerateFiles(Path.Combine(folder, "snapshots"), "snapshot-*.snap").Any();

    /// <summary>Each file below a folder, with a hash of its bytes.</summary>
    public static Dictionary<string, string> Hashes(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !Path.GetFileName(file).StartsWith("process.", StringComparison.Ordinal))
        .ToDictionary(file => Path.GetRelativePath(folder, file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>As a start opens it.</summary>
    public static MemberFolder Open(string folder, ClusterId cluster, NodeId node) => MemberFolder.Open(
        TestOptions.Of(1) with { DataFolder = folder, Cluster = cluster, Id = node },
        LibcDisk.Instance,
        TimeProvider.System,
        NullLogger.Instance);
}
