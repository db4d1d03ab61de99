using System.Globalization;
using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Operation;

/// <summary>The contract of <c>status --format json</c>, and the other forms, of a live cluster that loses its members one by one.</summary>
public sealed class StatusTest
{
    private static readonly string[] ClusterFields =
        ["id", "leader", "term", "revision", "incarnation", "featureLevel", "voters", "votersAlive", "canLoseMembers", "canLoseZones", "asOf", "zoneLosses"];

    private static readonly string[] MemberFields =
    [
        "name", "id", "zone", "role", "vote", "phase", "address", "pid", "term", "lastIndex", "appliedIndex", "lag", "sizeBytes", "version",
        "joinedAt", "lastSeen", "healthy", "reason", "phaseReason", "learnedPercent", "learnedInSeconds", "degraded", "machine", "replaces",
        "awayUntil",
    ];

    [Fact]
    public async Task Status_tells_of_a_cluster_whole_with_a_member_down_without_a_leader_and_gone()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await Until.TrueAsync("all members are registered", TestCluster.Patience, async () =>
            Members(await cluster.StatusAsync()).All(member => member.GetProperty("joinedAt").ValueKind == JsonValueKind.String), cluster.Logs);
        await WholeAsync(cluster);

        int down = await cluster.FollowerAsync(new Random(1));
        await cluster.KillAsync(down);
        await OneDownAsync(cluster, down);

        int[] rest = [.. cluster.Slots.Where(slot => slot != down)];
        await cluster.KillAsync(rest[0]);
        await LeaderlessAsync(cluster, rest[1]);

        await cluster.KillAsync(rest[1]);
        var none = await cluster.VerbAsync("status");
        Assert.Equal((1, ""), (none.ExitCode, none.Output));
        Assert.All(none.Error.TrimEnd().Split('\n'), line => Assert.StartsWith("stateserver: ", line, StringComparison.Ordinal));
    }

    private static async Task WholeAsync(StateServerCluster cluster)
    {
        var status = await cluster.StatusAsync();
        Assert.Equal(["cluster", "members", "environment", "machines", "services", "units", "zones", "membership"], Names(status));
        Assert.Equal(JsonValueKind.Null, status.GetProperty("environment").ValueKind);
        Assert.All(["machines", "services", "units", "zones"], part => Assert.Empty(status.GetProperty(part).EnumerateArray()));
        var head = status.GetProperty("cluster");
        Assert.Equal(ClusterFields, Names(head));
        Assert.Equal((3, 3, 1), (head.GetProperty("voters").GetInt32(), head.GetProperty("votersAlive").GetInt32(), head.GetProperty("canLoseMembers").GetInt32()));
        Assert.Equal(["local-a", "local-b", "local-c"], Texts(head.GetProperty("canLoseZones")));
        Assert.True(ulong.Parse(head.GetProperty("id").GetString()!, CultureInfo.InvariantCulture) > 0);
        AssertTime(head.GetProperty("asOf"));

        int leader = await cluster.LeaderAsync();
        for (int slot = 0; slot < 3; slot++)
        {
            var member = Members(status)[slot];
            Assert.Equal(MemberFields, Names(member));
            Assert.Equal(
                ($"server-{slot}", "local-" + "abc"[slot], slot == leader ? "leader" : "follower", "has-vote", "voting", cluster.Endpoints[slot], cluster.Living(slot), true),
                (Text(member, "name"), Text(member, "zone"), Text(member, "role"), Text(member, "vote"), Text(member, "phase"), Text(member, "address"),
                    member.GetProperty("pid").GetInt32(), member.GetProperty("healthy").GetBoolean()));
            Assert.Equal(JsonValueKind.Null, member.GetProperty("reason").ValueKind);
            Assert.True(member.GetProperty("sizeBytes").GetInt64() > 0 && member.GetProperty("lastIndex").GetInt64() > 0);
            AssertTime(member.GetProperty("joinedAt"));
            AssertTime(member.GetProperty("lastSeen"));
        }

        Assert.Equal(Text(head, "leader"), Text(Members(status)[leader], "id"));
        foreach (string form in (string[])["tabular", "yaml", "oneline", "summary"])
        {
            var printed = (await cluster.VerbAsync("status", "--format", form)).Succeeded();
            Assert.Contains(form is "yaml" ? Text(head, "leader")! : $"server-{leader}", printed.Output, StringComparison.Ordinal);
        }
    }

    private static async Task OneDownAsync(StateServerCluster cluster, int down)
    {
        var status = await AwaitAsync(cluster, "one voter less is alive", head => head.GetProperty("votersAlive").GetInt32() == 2);
        var head = status.GetProperty("cluster");
        Assert.Equal((3, 0), (head.GetProperty("voters").GetInt32(), head.GetProperty("canLoseMembers").GetInt32()));

        // Only the zone of the one that is gone can still be lost.
        Assert.Equal(["local-" + "abc"[down]], Texts(head.GetProperty("canLoseZones")));
        Assert.NotNull(Text(head, "leader"));
        var member = Members(status)[down];
        Assert.Equal(MemberFields, Names(member));
        Assert.Equal(("unreachable", "has-vote", false), (Text(member, "role"), Text(member, "vote"), member.GetProperty("healthy").GetBoolean()));
        Assert.False(string.IsNullOrEmpty(Text(member, "reason")));
        Assert.Equal(JsonValueKind.Null, member.GetProperty("pid").ValueKind);
    }

    private static async Task LeaderlessAsync(StateServerCluster cluster, int last)
    {
        var status = await AwaitAsync(cluster, "there is no leader", head => head.GetProperty("leader").ValueKind == JsonValueKind.Null);
        var head = status.GetProperty("cluster");
        Assert.Equal(ClusterFields, Names(head));
        Assert.Equal((3, 1, 0), (head.GetProperty("voters").GetInt32(), head.GetProperty("votersAlive").GetInt32(), head.GetProperty("canLoseMembers").GetInt32()));
        Assert.Empty(Texts(head.GetProperty("canLoseZones")));
        Assert.Equal("follower", Text(Members(status)[last], "role"));
        Assert.Equal(2, Members(status).Count(member => Text(member, "role") == "unreachable"));

        var tabular = (await cluster.VerbAsync("status")).Succeeded();
        Assert.Contains("No leader", tabular.Output, StringComparison.Ordinal);
        Assert.Equal("ok\n", await cluster.HttpAsync(last, "/livez"));
        Assert.Contains("[-]leader_known failed", await cluster.HttpAsync(last, "/readyz"), StringComparison.Ordinal);
        await cluster[last].RangeAsync("health", serializable: true);
    }

    private static async Task<JsonElement> AwaitAsync(StateServerCluster cluster, string awaited, Func<JsonElement, bool> condition)
    {
        string found = await Until.SomeAsync(awaited, TestCluster.Patience, async () =>
        {
            var status = await cluster.StatusAsync();
            return condition(status.GetProperty("cluster")) ? status.ToString() : null;
        }, cluster.Logs);
        return JsonDocument.Parse(found).RootElement;
    }

    private static JsonElement[] Members(JsonElement status) => [.. status.GetProperty("members").EnumerateArray()];

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private static string?[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetString())];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>RFC 3339, in UTC.</summary>
    private static void AssertTime(JsonElement element) =>
        Assert.Matches(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$", element.GetString()!);
}
