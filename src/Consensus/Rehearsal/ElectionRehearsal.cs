using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Rehearsal;

/// <summary>
/// Two members that nobody else knows elect a leader, which appends and hands over to the other one, in a folder of their own that
/// is gone when it ends. Nothing of it reaches the cluster. What it is for: the code of an election and of leading runs on a
/// follower for the first time when it is elected, while no write is taken; compiling it, or binding what was compiled ahead, costs
/// hundreds of milliseconds on a busy machine. Behind a rehearsal it is done.
/// </summary>
internal static class ElectionRehearsal
{
    /// <summary>It takes a tenth of a second; on a machine that is busier than this it comes to nothing.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>How often is looked whether a step was done.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private static readonly NodeId[] Ids = [new(1), new(2)];

    /// <summary>Runs it.</summary>
    /// <param name="folder">Its folder; whatever is there is removed, before and afterwards.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it early; it cleans up all the same.</param>
    /// <exception cref="TimeoutException">It came to nothing within ten seconds.</exception>
    /// <exception cref="TransferRefusedException">The hand-over came to nothing.</exception>
    /// <exception cref="IOException">The folder can't be used, or the disk is full.</exception>
    public static async Task RunAsync(string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        Remove(folder);
        using var timer = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        RehearsedMember[] members = [];
        members = [.. Ids.Select(id => new RehearsedMember(OptionsOf(id, folder), other => Find(members, other), time))];
        try
        {
            await PlayAsync(members[0], members[1], time, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"a rehearsed election came to nothing within {Limit.TotalSeconds:F0} s{members.Select(member => member.Ended).FirstOrDefault(ended => ended is not null)}",
                exception);
        }
        finally
        {
            foreach (var member in members)
            {
                await member.DisposeAsync().ConfigureAwait(false);
            }

            Remove(folder);
        }
    }

    private static async Task PlayAsync(RehearsedMember one, RehearsedMember other, TimeProvider time, CancellationToken stop)
    {
        var voters = new ClusterConfiguration(Ids.Select(id => new ConfigurationMember(id, $"rehearsal-{id}", $"rehearsal:{id}")));
        await one.StartAsync(voters, stop).ConfigureAwait(false);
        await other.StartAsync(voters, stop).ConfigureAwait(false);
        await one.Cluster!.StandNowAsync().ConfigureAwait(false);
        await LeadAsync(one, other, time, stop).ConfigureAwait(false);
        using var transfer = new LeadershipTransfer(one.Id, one.Cluster!, one.Log, OptionsOf(one.Id, ""), time);
        await transfer.HandOverAsync(other.Id, stop).ConfigureAwait(false);
        await LeadAsync(other, one, time, stop).ConfigureAwait(false);
    }

    private static async Task LeadAsync(RehearsedMember leader, RehearsedMember follower, TimeProvider time, CancellationToken stop)
    {
        await UntilAsync(() => leader.Leads, time, stop).ConfigureAwait(false);
        var index = leader.Append();
        await UntilAsync(() => leader.AppliedIndex >= index && follower.AppliedIndex >= index, time, stop).ConfigureAwait(false);
    }

    private static MemberCluster? Find(RehearsedMember[] members, NodeId id) => Array.Find(members, member => member.Id == id)?.Cluster;

    private static async Task UntilAsync(Func<bool> condition, TimeProvider time, CancellationToken stop)
    {
        while (!condition())
        {
            await Task.Delay(Pause, time, stop).ConfigureAwait(false);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Nobody's timer runs out before it is over: who is elected was asked to stand.</summary>
    internal static ReplicaOptions OptionsOf(NodeId id, string folder) => new()
    {
        DataFolder = Path.Combine(folder, id.ToString()),
        Id = id,
        Cluster = new(1),
        Name = $"rehearsal-{id}",
        Zone = new("rehearsal"),
        PeerAddress = $"rehearsal:{id}",
        ClientUrls = [],
        InitialMembers = [],
        Version = "",
        Heartbeat = TimeSpan.FromMilliseconds(20),
        ElectionTimeoutLow = 2 * Limit,
        ElectionTimeoutHigh = 4 * Limit,
    };
}
