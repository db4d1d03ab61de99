using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Proposals;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Hosting.Placement;

/// <summary>The replica as the loop's log: where Consensus and Placement, which don't know each other, are joined. Thread-safe.</summary>
internal sealed class ReplicatedModelLog : IModelLog
{
    private readonly IReplica _replica;
    private readonly ILeaderLog _leader;
    private readonly TimeProvider _time;
    private ReplicatedState? _seen;
    private Placed? _placed;

    /// <summary>Joins them.</summary>
    public ReplicatedModelLog(IReplica replica, ILeaderLog leader, TimeProvider time)
    {
        _replica = replica;
        _leader = leader;
        _time = time;
        replica.Applied += applied =>
        {
            // Most entries are clients' keys, and wake nobody here.
            var before = Interlocked.Exchange(ref _seen, applied.State);
            if (before is null || IsNews(before, applied.State))
            {
                Changed?.Invoke();
            }
        };
        leader.LeadershipChanged += () => Changed?.Invoke();
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public long? LeadingTerm => _leader.LeadingTerm;

    /// <inheritdoc/>
    public ModelSight Read()
    {
        var state = _replica.State;
        return new(
            state.Model,
            state.Incarnation,
            Members(state),
            Math.Max(state.TimestampMilliseconds, _time.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    /// <inheritdoc/>
    public async Task<Outcome> ProposeAsync(ModelCommand command, long term, CancellationToken cancellationToken)
    {
        try
        {
            return await _leader.ProposeInTermAsync(command, term, cancellationToken);
        }
        catch (ProposalRefusedException e)
        {
            throw new ModelLogException($"the log refused a command ({e.Reason})", isUnknown: false, e);
        }
        catch (OutcomeUnknownException e)
        {
            throw new ModelLogException($"the outcome of a command is unknown ({e.Reason})", isUnknown: true, e);
        }
    }

    /// <summary>Made once for the members and machines it is made of: agents' reports ask for it all the time.</summary>
    private ImmutableArray<MemberSight> Members(ReplicatedState state)
    {
        if (Volatile.Read(ref _placed) is { } known
            && ReferenceEquals(known.Members, state.Members) && ReferenceEquals(known.Machines, state.Model.Machines))
        {
            return known.Sights;
        }

        Placed placed = new(state.Members, state.Model.Machines, MembersOf(state));
        Volatile.Write(ref _placed, placed);
        return placed.Sights;
    }

    private static ImmutableArray<MemberSight> MembersOf(ReplicatedState state)
    {
        var machines = state.Model.Machines.Values
            .Where(machine => machine.StateServer is not null)
            .ToDictionary(machine => machine.StateServer!.Value, machine => machine.Id);
        return
        [
            .. state.Members.Values.Select(member => new MemberSight(
                member.Id, member.Zone, machines.TryGetValue(member.Id, out var machine) ? machine : (MachineId?)null)),
        ];
    }

    /// <summary>The model, who the members are, or what is wanted of them is another.</summary>
    private static bool IsNews(ReplicatedState before, ReplicatedState after) =>
        !ReferenceEquals(before.Model, after.Model)
        || !ReferenceEquals(before.Members, after.Members)
        || !ReferenceEquals(before.Membership, after.Membership);

    private sealed record Placed(object Members, object Machines, ImmutableArray<MemberSight> Sights);
}
