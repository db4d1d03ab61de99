using System.Diagnostics;
using Grpc.Core;
using StateServer.Chaos.Faults;
using StateServer.Protos.Operator;
using Client = StateServer.Protos.Operator.Membership.MembershipClient;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>
/// A member is to be replaced, and the leader is killed for good as it launches the replacement: what the provider answers is lost. With
/// five members or more one that was killed is replaced; three can't miss two, and there an operator asks for it.
/// </summary>
internal sealed class LostAnswerFault : IMembershipFault
{
    /// <summary>A launch takes some tens of milliseconds from its folder on.</summary>
    private const double LongestSeconds = 0.06;

    private const int FewVoters = 3;

    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1);

    public string Name => "lose-launch-answer";

    public string Description => "kill -9 for good of the leader up to 60 ms after it began to launch a replacement for a follower that was killed, of three for one that is to leave";

    public async Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken)
    {
        bool few = context.Voters <= FewVoters;
        if (await context.MayLoseAsync(few ? 1 : 2, cancellationToken) is not { } answer
            || context.Choose(answer.Members, leads: false) is not { } victim
            || context.Choose(answer.Members, leads: true) is not { } leader
            || context.Cluster.ProcessOf(leader) is not { } process)
        {
            return new FaultEffect(false, "so many were never to be missed");
        }

        IReadOnlySet<string> before = context.Cluster.MachineFolders();
        if (!await (few ? context.ReplaceAsync(victim, cancellationToken) : context.KillAsync(victim)))
        {
            return new FaultEffect(false, $"{victim.Name} stayed");
        }

        if (await LaunchAsync(context.Cluster, before, cancellationToken) is not { } folder)
        {
            return new FaultEffect(false, $"nobody came for {victim.Name}");
        }

        await MembershipContext.HoldAsync(context.Between(0, LongestSeconds), cancellationToken);
        bool gone = await HealingCluster.KillAsync([process]);
        bool lost = await IsLaunchingAsync(context.Cluster, Path.GetFileName(folder).Split('-')[^2], cancellationToken);
        return new FaultEffect(gone && lost, $"{victim.Name} and {leader.Name}, {(lost ? "which did not tell of" : "which had told of")} {Path.GetFileName(folder)}");
    }

    /// <summary>The folder of the machine that is launched next; null where none is.</summary>
    private static async Task<string?> LaunchAsync(HealingCluster cluster, IReadOnlySet<string> before, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < MembershipContext.Patience && !cancellationToken.IsCancellationRequested)
        {
            if (Directory.EnumerateDirectories(cluster.MachinesFolder).FirstOrDefault(folder => !before.Contains(folder)) is { } made)
            {
                return made;
            }

            await Task.Delay(2, CancellationToken.None);
        }

        return null;
    }

    /// <summary>Whether the log still says, as those that are left know it, that a machine is being launched.</summary>
    private static async Task<bool> IsLaunchingAsync(HealingCluster cluster, string machine, CancellationToken cancellationToken)
    {
        bool launching = false;
        long newest = -1;
        foreach (ServerProcess process in cluster.Processes())
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(LookLimit);
                var client = new Client(cluster.ChannelTo(process.Client));
                ListMembersResponse answer = await client.ListMembersAsync(new ListMembersRequest { Serializable = true }, cancellationToken: limit.Token);
                if (answer.Revision > newest)
                {
                    newest = answer.Revision;
                    launching = answer.Members.Any(member => member.Machine == machine && member.Phase is "requested" or "provisioning");
                }
            }
            catch (RpcException)
            {
                // The next one.
            }
        }

        return launching;
    }
}
