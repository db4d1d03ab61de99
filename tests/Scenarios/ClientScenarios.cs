using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios;

/// <summary>What unmodified clients do, on any cluster.</summary>
internal static class ClientScenarios
{
    private static readonly string[] Texts = ["keys.txt", "transactions.txt", "refusals.txt", "members.txt"];

    /// <summary>What etcdctl tells of each member, whichever it asks.</summary>
    public static async Task RunEndpointStatusAsync(TestCluster cluster)
    {
        string all = string.Join(',', cluster.Endpoints);
        var health = (await Etcdctl.RunAsync(all, ["endpoint", "health"])).Succeeded();
        Assert.All(cluster.Endpoints, endpoint => Assert.Contains($"{endpoint} is healthy", health.Output + health.Error, StringComparison.Ordinal));

        var status = (await Etcdctl.RunAsync(all, ["endpoint", "status", "-w", "json"])).Succeeded();
        using var parsed = JsonDocument.Parse(status.Output);
        var answers = parsed.RootElement.EnumerateArray().Select(answer => answer.GetProperty("Status")).ToList();
        Assert.Equal(cluster.Endpoints, parsed.RootElement.EnumerateArray().Select(answer => answer.GetProperty("Endpoint").GetString()));
        ulong[] members = [.. answers.Select(answer => answer.GetProperty("header").GetProperty("member_id").GetUInt64())];
        Assert.Equal(cluster.Size, members.Distinct().Count());
        Assert.Single(answers.Select(answer => answer.GetProperty("header").GetProperty("cluster_id").GetUInt64()).Distinct());
        Assert.Contains(Assert.Single(answers.Select(answer => answer.GetProperty("leader").GetUInt64()).Distinct()), members);
        Assert.All(answers, answer => Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString()));
        Assert.All(answers, answer => Assert.True(answer.GetProperty("dbSize").GetInt64() > 0));
        Assert.All(answers, answer => Assert.True(answer.GetProperty("raftAppliedIndex").GetInt64() > 0));
        (await Etcdctl.RunAsync(all, ["endpoint", "status", "-w", "table"])).Succeeded();
    }

    /// <summary>Every text through one member.</summary>
    public static async Task RunTextsAsync(TestCluster cluster, int slot)
    {
        foreach (string text in Texts)
        {
            await new TextScenario(text).RunAsync(cluster, slot);
        }
    }
}
