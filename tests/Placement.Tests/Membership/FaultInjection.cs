using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Tests.Reconciliation;

namespace StateServer.Placement.Tests.Membership;

/// <summary>Makes things happen to a cluster; what would take its quorum for good does not happen.</summary>
internal sealed class FaultInjection(SimulatedCluster cluster)
{
    private static readonly int[] Targets = [3, 5, 7];

    public void Happen(Fault fault)
    {
        var up = cluster.Members.Values.Where(member => member.IsUp && member.Id != cluster.Leader).ToList();
        var some = up.Count == 0 ? null : up[fault.Which % up.Count];
        var zone = cluster.Cloud.Zones.Keys.ElementAt(fault.Which % cluster.Cloud.Zones.Count);
        cluster.Story.Add($"{cluster.Time.GetUtcNow():HH:mm:ss.f} -- {fault.Kind} {fault.Which}");
        switch (fault.Kind)
        {
            case FaultKind.Kill when some is not null && Survives([some.Id]):
                (some.IsUp, some.ReturnsAt) = (false, null);
                break;
            case FaultKind.EndInstance when some is not null && Survives([some.Id]):
                some.IsUp = false;
                cluster.Cloud.End(some.Instance);
                break;
            case FaultKind.Restart when some is not null:
                Stop(some, 2);
                break;
            case FaultKind.LongRestart when some is not null:
                Stop(some, 12);
                break;
            case FaultKind.Cut when some is not null:
                cluster.Cut.Add(some.Id);
                break;
            case FaultKind.Mend:
                cluster.Cut.Clear();
                break;
            case FaultKind.KillLeader when cluster.Leader is { } leader && Survives([leader]):
                cluster.Members[leader].IsUp = false;
                break;
            case FaultKind.RestartLeader when cluster.Leader is { } leader:
                Stop(cluster.Members[leader], 2);
                break;
            case FaultKind.DieAtStep:
                cluster.Crash = new Crash(1 + (fault.Which % 6), fault.Which % 2 == 0);
                break;
            case FaultKind.LoseAnswer:
                cluster.LosesAnswer = true;
                break;
            case FaultKind.LoseLaunchAnswer:
                cluster.Cloud.LosesAnswer = true;
                break;
            case FaultKind.Fill:
                cluster.Cloud.Full.Add(zone);
                break;
            case FaultKind.Empty:
                cluster.Cloud.Full.Clear();
                break;
            case FaultKind.FailZone:
                FailZone(zone);
                break;
            case FaultKind.MendZones:
                MendZones();
                break;
            case FaultKind.ListLess:
                cluster.Cloud.ListsLess = true;
                break;
            case FaultKind.ListEnded:
                cluster.Cloud.ListsEnded = true;
                break;
            case FaultKind.Hang:
                cluster.Cloud.Hangs = !cluster.Cloud.Hangs;
                break;
            case FaultKind.Target:
                cluster.Apply(new SetTargetCommand(Targets[fault.Which % Targets.Length], MemberWish.None, Force: true));
                break;
            case FaultKind.Pause:
                cluster.Apply(new SetHealingPauseCommand(true, cluster.Now + 30_000, "maintenance"));
                break;
            case FaultKind.AnnounceStop when some is not null && cluster.Voters.Contains(some.Id):
                cluster.Apply(new AnnounceStopCommand(some.Id, cluster.Now + 600_000));
                Stop(some, 12);
                break;
            case FaultKind.Slow when cluster.Leader is { } leader:
                cluster.Members[leader].IsSlow = !cluster.Members[leader].IsSlow;
                break;
            case FaultKind.KillNewcomer:
                foreach (var newcomer in up.Where(member => !cluster.Voters.Contains(member.Id)).Take(1))
                {
                    newcomer.IsUp = false;
                }

                break;
            case FaultKind.NewcomerDiesAtStep:
                cluster.Death = new(1 + (fault.Which % 4), KillNewcomer);
                break;
            case FaultKind.VoterDiesAtStep:
                cluster.Death = new(1 + (fault.Which % 4), () => KillVoter(fault.Which));
                break;
            case FaultKind.Replace when cluster.Voters.Count > 0:
                cluster.Apply(new ReplaceMemberCommand(cluster.Voters[fault.Which % cluster.Voters.Count], "an operator wants it"));
                break;
        }
    }

    /// <summary>Nothing bad happens any more; who died stays dead.</summary>
    public void Stop()
    {
        (cluster.Crash, cluster.Death, cluster.LosesAnswer) = (null, null, false);
        cluster.Cut.Clear();
        cluster.Cloud.Full.Clear();
        (cluster.Cloud.Hangs, cluster.Cloud.LosesAnswer, cluster.Cloud.ListsLess, cluster.Cloud.ListsEnded) = (false, false, false, false);
        MendZones();
        foreach (var member in cluster.Members.Values)
        {
            member.IsSlow = false;
        }

        if (cluster.Membership.Pause is not null)
        {
            cluster.Apply(new SetHealingPauseCommand(false, 0, ""));
        }
    }

    /// <summary>The one that is to get its vote next; where all have it, the last that got it.</summary>
    private void KillNewcomer()
    {
        if (cluster.Membership.Operation is not { Promote: [.., var last] } operation)
        {
            return;
        }

        var next = operation.Promote.FirstOrDefault(node => !cluster.Voters.Contains(node), last);
        if (cluster.Leader != next && (!cluster.Voters.Contains(next) || Survives([next])))
        {
            Kill(next);
        }
    }

    private void KillVoter(int which)
    {
        var others = cluster.Voters.Where(node => node != cluster.Leader && cluster.Members[node].IsUp && Survives([node])).ToList();
        if (others.Count > 0)
        {
            Kill(others[which % others.Count]);
        }
    }

    private void Kill(NodeId node)
    {
        cluster.Story.Add($"{cluster.Time.GetUtcNow():HH:mm:ss.f} -- {node} dies at a step");
        (cluster.Members[node].IsUp, cluster.Members[node].ReturnsAt) = (false, null);
    }

    private void Stop(SimulatedMember member, int seconds)
    {
        member.IsUp = false;
        member.ReturnsAt = cluster.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
    }

    private void MendZones()
    {
        foreach (var zone in cluster.Cloud.Zones.Keys.ToList())
        {
            cluster.Cloud.Zones[zone] = true;
        }
    }

    private void FailZone(string zone)
    {
        var gone = cluster.Members.Values.Where(member => member.Zone.Name == zone).Select(member => member.Id).ToList();
        if (cluster.Cloud.Zones.Values.Count(usable => usable) < 3 || !Survives(gone))
        {
            return;
        }

        cluster.Cloud.Zones[zone] = false;
        foreach (var instance in cluster.Cloud.Living.Where(instance => instance.Zone.Name == zone).ToList())
        {
            cluster.Cloud.End(instance.Id);
        }

        foreach (var node in gone)
        {
            cluster.Members[node].IsUp = false;
        }
    }

    /// <summary>True where those that live on, or come back by themselves, are a quorum now and after each change that may be under way.</summary>
    private bool Survives(IReadOnlyCollection<NodeId> gone)
    {
        bool Lives(NodeId node) => !gone.Contains(node) && cluster.Members.TryGetValue(node, out var member) && (member.IsUp || member.ReturnsAt is not null);
        var voters = cluster.Voters;
        return voters.Count(Lives) * 2 > voters.Count
            && (cluster.Membership.Operation is not { } operation
                || (voters.Union(operation.Promote).Union(operation.Remove) is var all && all.Count(Lives) * 2 > all.Count));
    }
}
