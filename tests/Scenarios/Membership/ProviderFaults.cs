using System.Diagnostics;
using System.Globalization;

namespace StateServer.Scenarios.Membership;

/// <summary>What makes the local provider fail as clouds do. It goes by files of its folder, so that the members' own provider is met.</summary>
internal static class ProviderFaults
{
    /// <summary>How many machines from the next one on can't be launched, and by how many attempts each.</summary>
    private const int Machines = 3, Attempts = 2;

    /// <summary>
    /// Holds the lock that every change of the provider needs: each of its calls waits as long as it may, and fails then. Until disposal.
    /// </summary>
    public static async Task<ProviderOutage> HoldProviderAsync(this SelfHealingCluster cluster)
    {
        string anchor = Path.Combine(cluster.Root, "provider", "outage");
        await File.WriteAllTextAsync(anchor, "", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("flock") { RedirectStandardOutput = true };
        Array.ForEach([Path.Combine(cluster.Root, "provider", "process.lock"), "sh", "-c", "echo held; exec tail -f \"$0\"", anchor], start.ArgumentList.Add);
        var outage = new ProviderOutage(Process.Start(start)!);
        await outage.BeginAsync();
        return outage;
    }

    /// <summary>Where the next machines' folders would be, there are files: launching them fails at once.</summary>
    public static void BlockLaunches(this SelfHealingCluster cluster)
    {
        foreach (string folder in NextFolders(cluster))
        {
            File.WriteAllText(folder, "");
        }
    }

    /// <summary>Ends what <see cref="BlockLaunches"/> began.</summary>
    public static void UnblockLaunches(this SelfHealingCluster cluster)
    {
        foreach (string file in Directory.GetFiles(cluster.Machines))
        {
            File.Delete(file);
        }
    }

    /// <summary>The number of the attempt that launched a process.</summary>
    public static int AttemptOf(ServerProcess process) => int.Parse(Path.GetFileName(process.Folder).Split('-')[^1], CultureInfo.InvariantCulture);

    private static IEnumerable<string> NextFolders(SelfHealingCluster cluster)
    {
        string[][] launched =
        [
            .. Directory.EnumerateDirectories(cluster.Machines).Concat(Ended(cluster)).Select(path => Path.GetFileNameWithoutExtension(path).Split('-')),
        ];
        int next = launched.Max(name => int.Parse(name[^2], CultureInfo.InvariantCulture)) + 1;
        string environment = string.Join('-', launched[0][..^2]);
        return
        [
            .. Enumerable.Range(next, Machines).SelectMany(machine => Enumerable.Range(1, Attempts)
                .Select(attempt => Path.Combine(cluster.Machines, $"{environment}-{machine}-{attempt}"))),
        ];
    }

    private static IEnumerable<string> Ended(SelfHealingCluster cluster) =>
        Path.Combine(cluster.Root, "provider", "ended") is var folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [];
}
