using System.Diagnostics;
using System.Text.RegularExpressions;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>
/// A member's hardware comes back: it is killed, and after it was replaced a copy of all it had on disk is started, at other ports and out of
/// the provider's reach. It must end by itself, as one that was removed.
/// </summary>
internal sealed partial class ComeBackFault : IMembershipFault
{
    /// <summary>How a member ends that was removed.</summary>
    private const int RemovedCode = 3;

    private static readonly TimeSpan Retirement = TimeSpan.FromSeconds(30);

    public string Name => "come-back";

    public string Description => "kill -9 of a member, and a start of a copy of its disk after it was replaced: it must end as one that was removed";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        if (await context.MayLoseAsync(1, cancellationToken) is not { } answer
            || context.Choose(answer.Members, leads: context.Random.Next(2) == 0) is not { } victim
            || context.Cluster.ProcessOf(victim) is not { } process)
        {
            return new FaultEffect(false, "not one was ever to be missed");
        }

        string copy = Path.Combine(context.Cluster.Folder, $"back-{victim.Name}-{context.Random.Next()}", "data");
        int port = FreePorts.Block(10);
        ProcessStartInfo start = HealingCluster.StartOf(process, word => Address().Replace(word.Replace(process.Folder, copy, StringComparison.Ordinal), match => $"127.0.0.1:{port + (match.Groups[1].Value[^1] - '0')}"));
        start.Environment.Remove("STATESERVER_LOCAL_MACHINE");
        if (!await HealingCluster.KillAsync([process]))
        {
            return new FaultEffect(false, $"{victim.Name} did not end");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        ExternalTool.Run("cp", "-a", process.Folder, copy);
        if (await context.Cluster.AwaitAsync(seen => seen.Members.All(member => member.Id != victim.Id), MembershipContext.Patience, cancellationToken) is null)
        {
            return new FaultEffect(false, $"{victim.Name} was not replaced");
        }

        return await BackAsync(context.Cluster, start, victim.Name, cancellationToken);
    }

    private static async Task<FaultEffect> BackAsync(HealingCluster cluster, ProcessStartInfo start, string name, CancellationToken cancellationToken)
    {
        Process back = cluster.Start(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Retirement);
        try
        {
            await back.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            back.Kill();
            return cancellationToken.IsCancellationRequested
                ? new FaultEffect(false, $"{name}: interrupted")
                : throw new FaultSurvivedException($"{name} was removed, came back with its disk, and ran on for {Retirement.TotalSeconds:0} s");
        }

        return back.ExitCode == RemovedCode
            ? new FaultEffect(true, name)
            : throw new FaultSurvivedException($"{name} was removed, came back with its disk, and ended with exit code {back.ExitCode}, not {RemovedCode}");
    }

    /// <summary>An address of this machine as one of the words: ports that end with 0, 1 and 2 are a member's for clients, peers and health.</summary>
    [GeneratedRegex(@"(?<=\A(?:http://)?)127\.0\.0\.1:(\d+)\z")]
    private static partial Regex Address();
}
