using StateServer.Consensus.Membership;
using StateServer.Consensus.Tests.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>
/// Members whose network, elections and applies go by the test's script alone: no timer ever runs out, links are cut and healed
/// one by one, and a member stands for election when it is told to. Members are named by the numbers of their ids.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly Dictionary<ulong, StagedMember> _members = [];
    private readonly HashSet<(ulong, ulong)> _cut = [];
    private readonly Lock _lock = new();
    private int _rejections;

    /// <summary>Sets up members with a first configuration, and joining ones without.</summary>
    public static Task<Stage> SetAsync(ulong[] voters, params ulong[] joining) => SetAsync(voters, joining, TimeSpan.FromHours(1));

    /// <summary>Sets up members that stick to a leader for this long; their own timers are as long as ever.</summary>
    public static Task<Stage> SetAsync(ulong[] voters, TimeSpan stickiness) => SetAsync(voters, [], stickiness);

    public StagedMember this[ulong id] => _members[id];

    /// <summary>Appends of the current leader that their receivers rejected.</summary>
    public int Rejections => Volatile.Read(ref _rejections);

    public void CountRejection() => Interlocked.Increment(ref _rejections);

    /// <summary>While set, a member that is told to stand does so, and its answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>While set, nobody is told to stand, and the one that tells it can't know.</summary>
    public bool LosesQuestions { get; set; }

    /// <summary>Who belongs to the cluster, as the replicated state would say on every member.</summary>
    public MemberRoster Roster { get; private set; } = MemberRoster.Empty;

    /// <summary>These members belong to the cluster from now on: leaders teach those without a vote.</summary>
    public void Enrol(params ulong[] ids)
    {
        Roster = new([.. ids.Select(id => new RosterMember(new(id), $"m{id}", $"h:{id}", new(1000 + id)))], []);
        foreach (var member in _members.Values.Where(member => member.IsRunning))
        {
            member.Learners.Roster = Roster;
        }
    }

    /// <summary>Waits until the leader has taught the learner all that it has, the voters among it.</summary>
    public static Task TaughtAsync(StagedMember leader, ulong learner) => TestCluster.EventuallyAsync(
        () => leader.Learners.Of(new(learner))?.Progress is { AcknowledgedTimestamp: > 0 } progress
            && leader.Log.NewestConfiguration.Index > 0 && progress.MatchIndex == progress.LastIndex && progress.MatchIndex == leader.Log.LastIndex,
        () => $"{learner} is not taught: {leader.Learners.Of(new(learner))?.Progress} of {leader.Log.LastIndex}");

    public static ConfigurationMember Named(ulong id) => new(new(id), $"m{id}", $"h:{id}");

    public static ClusterConfiguration Configuration(params ulong[] voters) => new(voters.Select(Named));

    public bool Passes(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            return !_cut.Contains((from.Value, to.Value)) && _members[to.Value].IsRunning;
        }
    }

    /// <summary>Cuts all ways between the members of the one group and those of the other.</summary>
    public void Part(ulong[] ones, ulong[] others)
    {
        lock (_lock)
        {
            foreach (var (one, other) in ones.SelectMany(one => others.Select(other => (one, other))))
            {
                _cut.Add((one, other));
                _cut.Add((other, one));
            }
        }
    }

    public void Heal()
    {
        lock (_lock)
        {
            _cut.Clear();
        }
    }

    /// <summary>
    /// Makes a member stand, again where another's term is higher, and waits until it leads with its first entry applied. Nobody
    /// teaches it once it stands: it must have what those have whose votes it needs.
    /// </summary>
    public async Task<StagedMember> ElectAsync(ulong id)
    {
        for (var i = 0; i < 20 && !_members[id].Cluster.IsLeader; i++)
        {
            await _members[id].Cluster.StandNowAsync();
            await TestCluster.HappensAsync(() => _members[id].Cluster.IsLeader, TimeSpan.FromSeconds(1));
        }

        await TestCluster.EventuallyAsync(
            () => _members[id].Cluster.IsLeader && _members[id].Log.Leadership.Index <= _members[id].Applier.AppliedIndex,
            () => $"{id} was not elected: term {_members[id].Log.Term}");
        return _members[id];
    }

    /// <summary>Makes a member stand, and waits until its election is decided against it.</summary>
    public async Task StandInVainAsync(ulong id)
    {
        var member = _members[id];
        var term = member.Log.Term + 1;
        Assert.True(await member.Cluster.StandNowAsync());
        await TestCluster.EventuallyAsync(() => member.Log.Term >= term, () => "it did not stand");
        Assert.False(await member.Cluster.BallotOf(term).Decided.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.False(member.Cluster.IsLeader);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.Values)
        {
            await member.DisposeAsync();
        }
    }

    private static async Task<Stage> SetAsync(ulong[] voters, ulong[] joining, TimeSpan stickiness)
    {
        var stage = new Stage();
        var first = Configuration(voters);
        foreach (var id in voters)
        {
            stage._members[id] = new(stage, new(id), first, stickiness);
        }

        foreach (var id in joining)
        {
            stage._members[id] = new(stage, new(id), ClusterConfiguration.Empty, stickiness);
        }

        foreach (var member in stage._members.Values)
        {
            await member.StartAsync();
        }

        return stage;
    }
}
