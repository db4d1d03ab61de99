using StateServer.Protos.Operator;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Membership;

/// <summary>Replacements that die, and one that a member which wakes finds in its place.</summary>
public sealed class ReplacementTest
{
    [Fact]
    public async Task Replacements_that_are_killed_while_they_start_while_they_learn_and_with_their_first_vote_are_replaced()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 4);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        var first = (await cluster.LedAsync()).First(member => !member.Leads);
        await cluster.KillAsync(first);

        var starting = await NewcomerAsync(cluster, first);
        await cluster.ResumeAsync();
        LiveProcess.Send((await RunningAsync(cluster, starting)).Pid, Signal.Kill);
        Member learning = starting;
        for (bool caught = false; !caught;)
        {
            learning = await NewcomerAsync(cluster, first, learning);
            var process = await RunningAsync(cluster, learning);
            await cluster.AwaitAsync("the replacement learns", answer => answer.Members.Any(member => member.Id == learning.Id && member.Phase is "learning" or "voting"));
            LiveProcess.Send(process.Pid, Signal.Stop);

            // One that had its vote by then is the next loss, and the one after it is to be caught.
            caught = (await cluster.ListAsync()).Members.Single(member => member.Id == learning.Id).Phase != "voting";
            first = caught ? first : learning;
            await cluster.ResumeAsync();
            LiveProcess.Send(process.Pid, Signal.Kill);
        }

        var promoted = await NewcomerAsync(cluster, first, learning);
        await cluster.AwaitAsync("the replacement votes", answer => answer.Members.Any(member => member.Id == promoted.Id && member.Phase == "voting"));
        await cluster.KillAsync(promoted);
        await cluster.FullAsync(3, first, starting, learning, promoted);
        await cluster.VerifyAsync(load, 3);
    }

    [Fact]
    public async Task A_stopped_member_that_wakes_after_it_was_replaced_acknowledges_nothing_and_retires()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 4);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        var old = (await cluster.LedAsync()).Single(member => member.Leads);
        var process = await cluster.SuspendAsync(old);
        var stopped = System.Diagnostics.Stopwatch.StartNew();
        var newcomer = await NewcomerAsync(cluster, old);

        // The provider would end it, and nothing but its tombstone is to keep it from doing harm.
        await RunningAsync(cluster, newcomer);
        using (await cluster.HoldProviderAsync())
        {
            await cluster.AwaitAsync(
                "the stopped leader is replaced", answer => answer.Members.All(member => member.Id != old.Id) && answer.Members.Count(member => member.Phase == "voting") == 3);
            await Until.TrueAsync(
                "it was stopped three times as long as a member may be silent",
                SelfHealingCluster.Patience,
                () => stopped.Elapsed > TimeSpan.FromSeconds(3 * SelfHealingCluster.ReplaceAfter));

            // These wait in its sockets until it wakes. Neither reads nor writes of it count any more.
            var connection = cluster[process.Client];
            Task<long>[] calls =
            [
                .. Enumerable.Range(0, 20).Select(at => connection.PutAsync($"late/{at}", "late", TimeSpan.FromSeconds(60))),
                .. Enumerable.Range(0, 20).Select(async _ => (await connection.RangeAsync("load/0/00000000", within: TimeSpan.FromSeconds(60))).Revision),
            ];
            LiveProcess.Send(process.Pid, Signal.Continue);
            foreach (var call in calls)
            {
                var failure = await Record.ExceptionAsync(() => call);
                Assert.True(failure is Grpc.Core.RpcException, $"the removed member answered revision {(failure is null ? await call : 0)}; {failure}\n{cluster.Evidence()}");
            }

            await cluster.GoneAsync(process.Pid);
        }

        await cluster.FullAsync(3, old);
        Assert.Empty((await cluster[cluster.Living(newcomer).Client].ReadAllAsync("late/")));
        await cluster.VerifyAsync(load, 3);
    }

    /// <summary>The member that takes the place of one that is lost; waits until it is asked for.</summary>
    private static async Task<Member> NewcomerAsync(SelfHealingCluster cluster, Member lost, params Member[] before)
    {
        Func<Member, bool> isIt = member => member.HasReplaces && member.Replaces == lost.Id && member.HasMachine && before.All(known => known.Id != member.Id);
        return (await cluster.AwaitAsync($"a member takes the place of {lost.Name}", answer => answer.Members.Any(isIt))).Single(isIt);
    }

    private static Task<ServerProcess> RunningAsync(SelfHealingCluster cluster, Member member) => Until.SomeAsync(
        $"{member.Name} is launched", SelfHealingCluster.Patience, () => Task.FromResult(cluster.ProcessOf(member)), cluster.Evidence);
}
