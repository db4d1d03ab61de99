using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Placement.Tests.Reconciliation;

namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// A cluster with one log that applies by the real rules, members that can die, be cut off and learn, and a leader whose every
/// step may be its last. All calls end before they return: a schedule is the same each time. What breaks a rule of safety is noted
/// at the moment it happens (<see cref="SafetyRules"/>).
/// </summary>
internal sealed class SimulatedCluster : IMembership, IModelLog
{
    /// <summary>Who was heard within it is alive.</summary>
    public static readonly TimeSpan AliveWithin = TimeSpan.FromSeconds(1);

    /// <summary>How long a member may be silent.</summary>
    public static readonly TimeSpan ReplaceAfter = TimeSpan.FromSeconds(5);

    private DateTimeOffset _termBegan;
    private long _term;

    public SimulatedCluster(FakeTimeProvider time, PlantedBug bug, int zones)
    {
        (Time, Bug) = (time, bug);
        (Cloud, Safety) = (new(zones), new(this));
        Execute(new BootstrapEnvironmentCommand(new EnvironmentSettings(
            new EnvironmentId(7), "test", ProviderType.Local, "", [], false, "noble", Constraints.None,
            ImmutableSortedDictionary<string, string>.Empty, (int)ReplaceAfter.TotalSeconds)));
        NodeId first = new(1);
        Execute(new RegisterMemberCommand(RecordOf(first, "first", new Zone("a"))));
        Execute(new AdoptMachineCommand(first, "noble", new Zone("a"), new InstanceId("first"), "10.0.0.1"));
        var machine = State.Model.Machines.Keys.Single();
        Cloud.Adopt(new(
            new InstanceId("first"), new(new EnvironmentId(7), 1, machine, InstanceRole.StateServer), 1, new Zone("a"), InstanceState.Running, "10.0.0.1"));
        Members[first] = new(first, new Zone("a"), new InstanceId("first")) { Learned = SimulatedMember.Whole };
        Safety.NoteUsed(first);
        SetVoters([first]);
    }

    public event Action? Changed
    {
        add { }
        remove { }
    }

    public FakeTimeProvider Time { get; }

    public PlantedBug Bug { get; }

    public SimulatedCloud Cloud { get; }

    public ReplicatedState State { get; private set; } = ReplicatedState.Empty with { FeatureLevel = MembershipCommand.FirstFeatureLevel };

    /// <summary>All processes that ever ran, by member.</summary>
    public SortedDictionary<NodeId, SimulatedMember> Members { get; } = [];

    public NodeId? Leader { get; private set; }

    /// <summary>Members that the leader alone can't reach.</summary>
    public HashSet<NodeId> Cut { get; } = [];

    /// <summary>The leader's death at one of its steps; null for none.</summary>
    public Crash? Crash { get; set; }

    /// <summary>Another member's death at one of an operation's steps; null for none.</summary>
    public DeathAtStep? Death { get; set; }

    /// <summary>The next answer to the leader is lost.</summary>
    public bool LosesAnswer { get; set; }

    /// <summary>What must hold.</summary>
    public SafetyRules Safety { get; }

    /// <summary>What broke a rule of safety, a line each.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>What happened, a line each.</summary>
    public List<string> Story { get; } = [];

    public long? LeadingTerm => Leader is null ? null : _term;

    public ImmutableSortedSet<NodeId> Voters { get; private set; } = [];

    public MembershipState Membership => State.Membership;

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    ModelSight IModelLog.Read() => new(State.Model, State.Incarnation, [], Now);

    public MembershipSight? Read() => Leader is not { } self ? null : new(
        self,
        Membership,
        State.Members,
        State.Model,
        State.Members.Keys.Where(node => node != self && Members.ContainsKey(node)).ToImmutableSortedDictionary(node => node, node => Sight(Members[node])),
        Members[self].IsSlow,
        (long)(Time.GetUtcNow() - _termBegan).TotalMilliseconds,
        Now);

    public Task<Outcome> ProposeAsync(ModelCommand command, long term, CancellationToken cancellationToken)
    {
        if (LeadingTerm != term)
        {
            throw new ModelLogException("another term", isUnknown: false);
        }

        var outcome = Step(() => Execute(command), () => new ModelLogException("the answer is lost", isUnknown: true));
        return Task.FromResult(outcome);
    }

    public Task<Outcome> ProposeAsync(MembershipCommand command, long term, CancellationToken cancellationToken)
    {
        if (LeadingTerm != term)
        {
            throw new MembershipException("another term", isUnknown: false);
        }

        var said = Minted(command);
        return Task.FromResult(Step(
            () =>
            {
                Safety.Check(said);
                return Execute(said);
            },
            () => new MembershipException("the answer is lost", isUnknown: true)));
    }

    public Task PromoteAsync(NodeId node, CancellationToken cancellationToken)
    {
        Step(() => Change(node, promotes: true), () => new MembershipException("the answer is lost", isUnknown: true));
        return Task.CompletedTask;
    }

    public Task RemoveVoterAsync(NodeId node, CancellationToken cancellationToken)
    {
        Step(() => Change(node, promotes: false), () => new MembershipException("the answer is lost", isUnknown: true));
        return Task.CompletedTask;
    }

    public Task TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken)
    {
        Step(
            () =>
            {
                if (!Voters.Contains(target) || !IsAlive(target) || Members[target].Learned < SimulatedMember.Whole)
                {
                    throw new MembershipException($"{target} can't lead", isUnknown: false);
                }

                Elect(target);
                return true;
            },
            () => new MembershipException("the answer is lost", isUnknown: true));
        return Task.CompletedTask;
    }

    public Task<PeerVerdict> AskOthersAsync(NodeId node, CancellationToken cancellationToken)
    {
        var others = Voters.Where(voter => voter != node && voter != Leader && IsAlive(voter)).ToList();
        var verdict = others.Count > 0 && Members.TryGetValue(node, out var member) && member.IsUp ? PeerVerdict.Heard : PeerVerdict.Silent;
        return Task.FromResult(verdict);
    }

    /// <summary>Somebody else's command: an operator's or a member's.</summary>
    public Outcome Apply(Command command) => Execute(command);

    /// <summary>True where this leader heard a member lately.</summary>
    public bool IsAlive(NodeId node) => node == Leader
        || (Members.TryGetValue(node, out var member) && member.IsHeard && Time.GetUtcNow() - member.HeardAt < AliveWithin);

    /// <summary>True where a member could be heard by the leader at this moment.</summary>
    public bool IsReachable(NodeId node) => Members.TryGetValue(node, out var member) && member.IsUp && !Cut.Contains(node);

    /// <summary>The leader's process ends, or another begins to lead.</summary>
    public void Depose() => Leader = null;

    /// <summary>A member leads from now on, and knows only what the log says.</summary>
    public void Elect(NodeId node)
    {
        Leader = node;
        _term++;
        _termBegan = Time.GetUtcNow();
        Cut.Clear();
        foreach (var member in Members.Values)
        {
            // A transfer or an election was answered by those that are up; of the others a new leader knows nothing.
            (member.IsHeard, member.HeardAt) = (member.Id == node || member.IsUp, Time.GetUtcNow());
        }

        Story.Add($"{Time.GetUtcNow():HH:mm:ss.f} {node} leads in term {_term}");
        if (Bug == PlantedBug.ForgetIntent)
        {
            State = State with { Membership = Membership with { Operation = null } };
        }
    }

    /// <summary>A newcomer's process takes its id up.</summary>
    public void Register(MemberStanding standing, Zone zone) => Execute(new RegisterMemberCommand(RecordOf(standing.Id, standing.Name, zone)));

    /// <summary>Notes a broken rule.</summary>
    public void Fail(string fault) => Faults.Add($"{Time.GetUtcNow():HH:mm:ss.f} {fault}");

    private static MemberRecord RecordOf(NodeId id, string name, Zone zone) => new(
        id, name, new FolderId(id.Value), zone, $"10.0.0.{id}:1", [$"http://10.0.0.{id}:2"], StateMachine.HighestFeatureLevel, "1", DateTimeOffset.UnixEpoch);

    /// <summary>As the leader says it, whose mint may have a bug: it knows no newcomer's id but those of the dead.</summary>
    private MembershipCommand Minted(MembershipCommand command) => Bug == PlantedBug.ReuseNodeId
        && command is AddMemberCommand add
        && Members.Keys.LastOrDefault(Membership.Tombstones.Contains) is { IsNone: false } dead
            ? add with { Id = dead }
            : command;

    private PeerSight Sight(SimulatedMember member)
    {
        var alive = IsAlive(member.Id);
        return new(
            member.IsHeard,
            (long)(Time.GetUtcNow() - member.HeardAt).TotalMilliseconds,
            alive && (member.Learned >= SimulatedMember.Whole || Bug == PlantedBug.PromoteTooEarly),
            (double)member.Learned / SimulatedMember.Whole,
            member.IsSlow);
    }

    /// <summary>One step of the leader: it may die before it or after it, or never hear what came of it.</summary>
    private T Step<T>(Func<T> perform, Func<Exception> lost)
    {
        var dies = Crash?.IsNow() == true;
        if (dies && !Crash!.Afterwards)
        {
            Die();
            throw lost();
        }

        var result = perform();
        if (Membership.Operation is not null)
        {
            Death?.Count();
        }

        if (dies)
        {
            Die();
            throw lost();
        }

        if (LosesAnswer)
        {
            LosesAnswer = false;
            throw lost();
        }

        return result;
    }

    private void Die()
    {
        if (Leader is { } leader)
        {
            Story.Add($"{Time.GetUtcNow():HH:mm:ss.f} leader {leader} dies at a step");
            Members[leader].IsUp = false;
            Members[leader].ReturnsAt = Time.GetUtcNow() + TimeSpan.FromSeconds(2);
            Leader = null;
        }
    }

    private bool Change(NodeId node, bool promotes)
    {
        if (Leader is null)
        {
            throw new MembershipException("not the leader", isUnknown: false);
        }

        if (Voters.Contains(node) == promotes)
        {
            return true;
        }

        var what = $"{(promotes ? "promotion" : "removal")} of {node}";
        if (Safety.Refusal(node, promotes, what) is { } refusal)
        {
            throw new MembershipException(refusal, isUnknown: false);
        }

        if (node == Leader)
        {
            throw new MembershipException("the leader's own vote", isUnknown: false);
        }

        Story.Add($"{Time.GetUtcNow():HH:mm:ss.f} {what}");
        SetVoters(promotes ? Voters.Add(node) : Voters.Remove(node));
        return true;
    }

    private void SetVoters(ImmutableSortedSet<NodeId> voters)
    {
        Voters = voters;
        State = StateMachine.ApplyVoters(State, State.AppliedIndex + 1, voters).State;
    }

    private Outcome Execute(Command command)
    {
        var result = StateMachine.Apply(
            State, State.AppliedIndex + 1, Math.Max(1, _term), new CommandBatch(State.FeatureLevel, Now, [new BatchItem(command, null, default)]));
        State = result.State;
        var outcome = result.Outcomes[0];
        if (outcome is Rejection rejection)
        {
            Story.Add($"{Time.GetUtcNow():HH:mm:ss.f} {command.GetType().Name} refused: {rejection.Detail}");
        }
        else if (command is MembershipCommand)
        {
            Story.Add($"{Time.GetUtcNow():HH:mm:ss.f} {command}");
        }

        if (command is SetHealingPauseCommand { Paused: false })
        {
            Safety.ForgetReplacements();
        }

        if (command is RemoveMemberCommand removed && outcome is not Rejection)
        {
            Safety.NoteRemoved(removed.Id);
            if (Bug == PlantedBug.ForgetTombstone)
            {
                State = State with { Membership = Membership with { Tombstones = [] } };
            }
        }

        return outcome;
    }
}
