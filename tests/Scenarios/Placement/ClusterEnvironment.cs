using System.Globalization;
using System.Text.Json;
using StateServer.Client;
using StateServer.Protos.Operator;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Placement;

/// <summary>Environments other than the one that <c>up</c> makes.</summary>
internal static class ClusterEnvironment
{
    /// <summary>Bootstraps an environment on a cluster that has none.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="replaceAfter">How long an agent may be silent, seconds.</param>
    public static async Task BootstrapAsync(this StateServerCluster cluster, int replaceAfter)
    {
        var request = new BootstrapRequest { Id = 1, Name = "local", Type = "local", DefaultSeries = "noble", ReplaceAfterSeconds = replaceAfter };
        using var written = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(cluster.Root, "cluster.json")));
        request.Machines.AddRange(written.RootElement.GetProperty("members").EnumerateArray().Select(member => new StandingMachine
        {
            Member = ulong.Parse(member.GetProperty("nodeId").GetString()!, CultureInfo.InvariantCulture),
            Zone = member.GetProperty("zone").GetString(),
            Instance = member.GetProperty("name").GetString(),
            Address = "127.0.0.1",
        }));
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [.. cluster.Endpoints] });
        await Until.TrueAsync(
            "the environment is bootstrapped",
            PlacedCluster.Patience,
            async () => (await client.BootstrapAsync(request, TestContext.Current.CancellationToken)).Id != 0,
            cluster.Logs);
    }

    /// <summary>Starts all members anew with other addresses for clients, and waits until the cluster knows them.</summary>
    public static async Task AdvertiseAsync(this StateServerCluster cluster, Func<int, string> urlOf)
    {
        cluster.Advertised = urlOf;
        await cluster.KillAsync([.. cluster.Slots]);
        foreach (int slot in cluster.Slots)
        {
            await cluster.LaunchAsync(slot);
        }

        await Until.TrueAsync(
            "the members are known by their new addresses",
            PlacedCluster.Patience,
            async () => (await cluster[0].CallAsync("Cluster/MemberList", new WireWriter().Flag(1, true), null))
                .Messages(2).SelectMany(member => member.Texts(4)).Order(StringComparer.Ordinal)
                .SequenceEqual(cluster.Slots.Select(urlOf).Order(StringComparer.Ordinal)),
            cluster.Logs);
    }
}
