using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Preview;

/// <summary>A state and a leader's sight of it that go on step by step as if nothing ever failed. Not thread-safe: one forecast's alone.</summary>
/// <param name="input">What the leader sees.</param>
/// <param name="state">The state to begin with.</param>
internal sealed class ForecastWorld(MembershipInput input, ReplicatedState state)
{
    /// <summary>Ids of members to come count from here: random ids, as all that are minted, don't get near.</summary>
    private const ulong FirstMinted = ulong.MaxValue - 1_000_000;

    /// <summary>No command here depends on the term.</summary>
    private const long AnyTerm = 1;

    private MembershipInput _sight = input;
    private int _minted;

    /// <summary>The state after the steps so far.</summary>
    public ReplicatedState State { get; private set; } = state;

    /// <summary>Why the last step was refused, in one line; empty where it was not.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>What the planner would see.</summary>
    public MembershipInput Input => _sight with { Membership = State.Membership, Members = State.Members, Model = State.Model };

    /// <summary>Takes a step.</summary>
    /// <returns>False where the log's rules refuse it.</returns>
    public bool Do(MembershipStep step)
    {
        switch (step)
        {
            case ChangeVoteStep change:
                var voters = State.Membership.Voters;
                State = StateMachine.ApplyVoters(
                    State, State.AppliedIndex + 1, change.Promotes ? voters.Add(change.Member) : voters.Remove(change.Member)).State;
                return true;
            case HandOverStep handOver:
                HandOver(handOver.Target);
                return true;
            default:
                return Apply(MembershipCommands.Of(step, Mint)!);
        }
    }

    /// <summary>A step in one line, before or behind it.</summary>
    public string Tell(MembershipStep step) => step.Tell(Input.NameOf);

    /// <summary>Expected members that have a zone to be launched in, or need none, are taken in, and all learners have learned the log.</summary>
    /// <returns>False where nobody is awaited.</returns>
    public bool Arrive()
    {
        var any = false;
        foreach (var standing in State.Membership.Standings.Values.Where(standing => standing.Mark == MemberMark.Requested))
        {
            any |= State.Members.ContainsKey(standing.Id) ? Learn(standing.Id) : IsUnderWay(standing) && Join(standing);
        }

        return any;
    }

    private bool IsUnderWay(MemberStanding standing) => standing.Machine is not { } id
        || (State.Model.Machines.TryGetValue(id, out var machine) && machine is { Life: Life.Alive, Zone: not null });

    private bool Join(MemberStanding standing)
    {
        var like = State.Members.GetValueOrDefault(_sight.Leader) ?? State.Members.Values.First();
        var zone = standing.Machine is { } id ? State.Model.Machines[id].Zone : standing.Zone;
        return Apply(new RegisterMemberCommand(like with
        {
            Id = standing.Id,
            Name = standing.Name,
            Folder = new FolderId(standing.Id.Value),
            Zone = zone ?? like.Zone,
            PeerAddress = $"to-come-{standing.Id}:1",
        })) && Hear(standing.Id);
    }

    /// <summary>One that is silent stays so: it is the planner's to judge.</summary>
    private bool Learn(NodeId node) => _sight.Contact.GetValueOrDefault(node) is { IsCaughtUp: false } contact
        && contact.IsHeard
        && contact.SilentForMilliseconds < _sight.Times.AliveWithin
        && Hear(node);

    private bool Hear(NodeId node)
    {
        _sight = _sight with { Contact = _sight.Contact.SetItem(node, MemberContact.Well) };
        return true;
    }

    /// <summary>The next leader hears whom this one alone didn't, and its disk is its own.</summary>
    private void HandOver(NodeId target)
    {
        var heard = _sight.Contact.Where(contact => contact.Value.Others == PeerVerdict.Heard)
            .Select(contact => KeyValuePair.Create(contact.Key, contact.Value with { IsHeard = true, SilentForMilliseconds = 0, Others = PeerVerdict.Unknown }));
        _sight = _sight with { Leader = target, Contact = _sight.Contact.SetItems(heard) };
    }

    /// <summary>Members to come are called by the machines that they would get.</summary>
    private (NodeId Id, string Name) Mint()
    {
        NodeId id = new(FirstMinted + (ulong)_minted);
        _minted++;
        return (id, State.Model.Environment is null ? $"member-to-come-{_minted}" : $"machine-{State.Model.NextMachine}");
    }

    private bool Apply(Command command)
    {
        var now = Math.Max(State.TimestampMilliseconds, _sight.NowMilliseconds);
        var result = StateMachine.Apply(
            State, State.AppliedIndex + 1, AnyTerm, new CommandBatch(State.FeatureLevel, now, [new BatchItem(command, null, default)]));
        if (result.Outcomes[0] is Rejection rejection)
        {
            Refusal = rejection.Detail;
            return false;
        }

        State = result.State;
        return true;
    }
}
