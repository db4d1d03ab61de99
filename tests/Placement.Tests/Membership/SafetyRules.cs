using System.Collections.Immutable;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// What a leader may never do, judged by how things truly are and not by what it sees of them: it shares no code with planner and
/// audit. Each broken rule is noted with the cluster.
/// </summary>
internal sealed class SafetyRules(SimulatedCluster cluster)
{
    private readonly HashSet<NodeId> _everUsed = [];
    private readonly HashSet<NodeId> _removed = [];
    private readonly List<DateTimeOffset> _replacements = [];

    /// <summary>What the leader saw of the zones last.</summary>
    public ImmutableArray<ZoneObservation> LastZones { get; set; } = [];

    public void NoteUsed(NodeId node) => _everUsed.Add(node);

    public void NoteRemoved(NodeId node) => _removed.Add(node);

    /// <summary>An operator lets the guard count anew.</summary>
    public void ForgetReplacements() => _replacements.Clear();

    /// <summary>What must hold after each round.</summary>
    public void CheckAlways()
    {
        foreach (var dead in cluster.Voters.Where(_removed.Contains))
        {
            cluster.Fail($"removed member {dead} votes");
        }

        foreach (var forgotten in _removed.Where(node => !cluster.Membership.Tombstones.Contains(node)))
        {
            cluster.Fail($"removed member {forgotten} has no tombstone");
        }

        if (cluster.Voters.Count % 2 == 0 && cluster.Membership.Operation is null)
        {
            cluster.Fail($"{cluster.Voters.Count} voters at rest");
        }

        foreach (var twice in cluster.Cloud.Living.GroupBy(instance => instance.Tags.Machine).Where(machine => machine.Count() > 1))
        {
            cluster.Fail($"machine {twice.Key} has {twice.Count()} instances");
        }
    }

    /// <summary>What a command says that the leader may not do, whether the log refuses it or not.</summary>
    public void Check(MembershipCommand command)
    {
        switch (command)
        {
            case MarkMemberLostCommand lost when cluster.State.Members.ContainsKey(lost.Id) && IsHeardBySomebody(lost.Id):
                cluster.Fail($"{lost.Id} is declared lost and is heard: {lost.Reason}");
                break;
            case MarkMemberLostCommand lost when cluster.State.Members.ContainsKey(lost.Id) && IsEarly(cluster.Members[lost.Id]):
                cluster.Fail($"{lost.Id} is declared lost too early: {lost.Reason}");
                break;
            case MarkMemberReturnedCommand back when !cluster.IsReachable(back.Id):
                cluster.Fail($"{back.Id} is said to be back and isn't reached");
                break;
            case AddMemberCommand add:
                CheckAddition(add);
                break;
        }
    }

    /// <summary>Why the consensus refuses a change of votes; null where it makes it.</summary>
    public string? Refusal(NodeId node, bool promotes, string what)
    {
        if (cluster.Membership.Operation is not { } operation || !operation.Names(node))
        {
            cluster.Fail($"{what} without an intent in the log");
        }

        if (!IsQuorum(cluster.Voters) || !IsQuorum(promotes ? cluster.Voters.Add(node) : cluster.Voters.Remove(node)))
        {
            cluster.Fail($"{what} without a quorum");
            return "no quorum";
        }

        if (promotes && cluster.IsReachable(node) && cluster.Members[node].Learned < SimulatedMember.Whole)
        {
            cluster.Fail($"{what}, which isn't caught up");
        }

        return promotes && !(cluster.IsReachable(node) && cluster.Members[node].Learned == SimulatedMember.Whole) ? "not caught up" : null;
    }

    /// <summary>True where the leader or another voter that lives could hear a member at this moment.</summary>
    public bool IsHeardBySomebody(NodeId node) => cluster.IsReachable(node)
        || (cluster.Members[node].IsUp && cluster.Voters.Any(voter => voter != node && voter != cluster.Leader && cluster.IsAlive(voter)));

    private bool IsQuorum(ImmutableSortedSet<NodeId> voters) => voters.Count(cluster.IsAlive) * 2 > voters.Count;

    /// <summary>
    /// The leader heard it within <c>replace-after</c>, or anybody within half of it, from which on the others are asked, and its
    /// instance still runs; where a listing lied, the leader may think otherwise.
    /// </summary>
    private bool IsEarly(SimulatedMember member) => !cluster.Cloud.HasLied
        && cluster.Cloud.Find(member.Instance)?.State == InstanceState.Running
        && ((member.IsHeard && cluster.Time.GetUtcNow() - member.HeardAt < SimulatedCluster.ReplaceAfter)
            || cluster.Time.GetUtcNow() - member.HeardByAnyoneAt < SimulatedCluster.ReplaceAfter / 2);

    private void CheckAddition(AddMemberCommand add)
    {
        if (!_everUsed.Add(add.Id))
        {
            cluster.Fail($"id {add.Id} is used again");
        }

        if (add.Replaces is not { } lost)
        {
            return;
        }

        if (cluster.Membership.Standings.Values.Any(other => other.Replaces == lost && other.Mark is MemberMark.Requested or MemberMark.Member))
        {
            cluster.Fail($"{lost} gets a second replacement");
        }

        if (cluster.Membership.MarkOf(lost) != MemberMark.Lost)
        {
            return;
        }

        _replacements.Add(cluster.Time.GetUtcNow());
        if (_replacements.Count(at => cluster.Time.GetUtcNow() - at < TimeSpan.FromHours(1)) > cluster.Membership.Target)
        {
            cluster.Fail($"more replacements within an hour than {cluster.Membership.Target}");
        }

        var zone = cluster.State.Members.GetValueOrDefault(lost)?.Zone;
        if (zone == add.Zone && cluster.Cloud.Zones.Keys.Any(other => other != zone!.Value.Name && IsOpen(other)))
        {
            cluster.Fail($"{lost} was lost in zone {zone} and is replaced there");
        }
    }

    /// <summary>As the leader's last listing shows it, and its log remembers it.</summary>
    private bool IsOpen(string zone) => LastZones.Any(seen => seen.Zone.Name == zone && seen.IsAvailable)
        && (cluster.State.Model.Zones.GetValueOrDefault(new Zone(zone))?.AvoidUntilMilliseconds ?? 0) <= cluster.Now;
}
