using System.Diagnostics;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>Holds the lock that every call of the local provider needs, until disposal.</summary>
internal sealed class ProviderOutage : IDisposable
{
    private const string Tool = "flock";

    private readonly Process _holder;

    private ProviderOutage(Process holder) => _holder = holder;

    /// <summary>Null where this machine can do it.</summary>
    public static string? Unavailable { get; } = ExternalTool.IsInstalled(Tool) ? null : $"{Tool} isn't installed";

    /// <summary>Waits until it is held.</summary>
    public static async Task<ProviderOutage> BeginAsync(HealingCluster cluster, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Tool) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string word in (string[])[Path.Combine(cluster.Root, "provider", "process.lock"), "sh", "-c", "echo held; exec cat"])
        {
            start.ArgumentList.Add(word);
        }

        Process holder = cluster.Start(start);
        var outage = new ProviderOutage(holder);
        try
        {
            await holder.StandardOutput.ReadLineAsync(cancellationToken);
            return outage;
        }
        catch
        {
            outage.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // cat ends with its input, and the lock with it: nothing of it outlives this process.
        _holder.StandardInput.Close();
        _holder.WaitForExit(TimeSpan.FromSeconds(5));
    }
}
