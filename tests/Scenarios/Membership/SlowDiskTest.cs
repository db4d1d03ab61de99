using System.Text.Json;
using StateServer.Protos.Operator;
using StateServer.Scenarios.Faults;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Membership;

/// <summary>A leader whose disk stalls under writes: it hands over, says why, and nothing is lost.</summary>
public sealed class SlowDiskTest
{
    /// <summary>Longer than a sync of a disk that is well may take, a quarter of a second, and shorter than an election timeout.</summary>
    private const int SyncMilliseconds = 350;

    /// <summary>A machine that is busy enough makes the others elect before: then the next leader's disk is slowed.</summary>
    private const int Tries = 4;

    private const string Stalls = ": the disk of leader ";

    [Fact]
    public async Task A_leader_whose_syncs_take_long_for_a_while_hands_over_and_events_and_status_say_why()
    {
        SystemCallInjection.SkipUnlessInstalled();
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 3);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        for (int at = 1; !await HandsOverAsync(cluster); at++)
        {
            if (at == Tries)
            {
                Assert.SkipUnless(cluster.Logs().Contains(Stalls, StringComparison.Ordinal), "here the others elect before a leader with a slow disk can hand over");
                Assert.Fail($"leaders handed over because of their disks, and no event says so\n{cluster.Evidence()}");
            }
        }

        // The disk is well again: so is its member.
        await Until.TrueAsync("no member is degraded", SelfHealingCluster.Patience, async () => !(await StatusAsync(cluster)).Any(IsDegraded), cluster.Evidence);
        await cluster.VerifyAsync(load, 3);
    }

    /// <summary>Slows the leader's syncs until another leads.</summary>
    /// <returns>False where that one was elected and nothing handed over, or what was to say why came too late.</returns>
    private static async Task<bool> HandsOverAsync(SelfHealingCluster cluster)
    {
        var slow = (await cluster.LedAsync()).Single(member => member.Leads);
        await using var injection = await SystemCallInjection.AttachAsync(
            cluster.Living(slow).Pid, "fdatasync", $"delay_exit={SyncMilliseconds * 1000}");
        await cluster.AwaitAsync($"another than {slow.Name} leads", answer => answer.Members.Any(member => member.Leads && member.Id != slow.Id));
        string events = await Until.SomeAsync<string>(
            "the events can be read", SelfHealingCluster.Patience, async () => await cluster.RunAsync("events"), cluster.Evidence);
        if (!events.Contains($"it is to lead{Stalls}{slow.Name} stalls", StringComparison.Ordinal))
        {
            return false;
        }

        await Until.TrueAsync(
            $"status says that the disk of {slow.Name} stalls",
            SelfHealingCluster.Patience,
            async () => (await StatusAsync(cluster)).Any(member => IsOf(member, slow) && IsDegraded(member)),
            cluster.Evidence);
        return true;
    }

    private static async Task<IReadOnlyList<JsonElement>> StatusAsync(SelfHealingCluster cluster)
    {
        using var read = JsonDocument.Parse(await cluster.RunAsync("status", "--format", "json"));
        return [.. read.RootElement.GetProperty("members").EnumerateArray().Select(member => member.Clone())];
    }

    private static bool IsOf(JsonElement status, Member member) => status.GetProperty("name").GetString() == member.Name;

    private static bool IsDegraded(JsonElement status) => status.GetProperty("degraded").GetBoolean()
        && status.GetProperty("phaseReason").GetString()!.Contains("its disk stalls", StringComparison.Ordinal);
}
