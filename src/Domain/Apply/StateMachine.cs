using System.Collections.Immutable;
using System.Runtime.InteropServices;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Apply;

/// <summary>The replicated state machine: a pure function from (state, log entry) to (state, outcomes, events).</summary>
public static class StateMachine
{
    /// <summary>The highest feature level this code knows.</summary>
    public const int HighestFeatureLevel = 4;

    /// <summary>Applies one log entry. Deterministic: equal inputs give equal states, outcomes and digests on every member.</summary>
    /// <param name="state">The state after <paramref name="index"/> − 1, or after the last entry that carried commands.</param>
    /// <param name="index">The entry's log index; greater than the state's.</param>
    /// <param name="term">The entry's term, which is the same on every member (Raft §5.3); an expiry counts in its own alone.</param>
    /// <param name="batch">The entry's commands.</param>
    /// <returns>The new state, an outcome a command, and the changes.</returns>
    /// <exception cref="InvalidOperationException">A broken invariant, which must end the process.</exception>
    public static BatchResult Apply(ReplicatedState state, long index, long term, CommandBatch batch)
    {
        if (index <= state.AppliedIndex)
        {
            throw new InvalidOperationException($"entry {index} was applied before: the state is at {state.AppliedIndex}");
        }

        if (batch.FeatureLevel > HighestFeatureLevel)
        {
            throw new InvalidOperationException(
                $"entry {index} is of feature level {batch.FeatureLevel}, this executable knows {HighestFeatureLevel}");
        }

        if (batch.Items.Length > CommandBatch.MostItems)
        {
            throw new InvalidOperationException(
                $"entry {index} has {batch.Items.Length} commands, more than {CommandBatch.MostItems}");
        }

        var builder = new StateBuilder(state, index, term, batch.TimestampMilliseconds, batch.Items.Length);
        var outcomes = new Outcome[batch.Items.Length];
        for (var position = 0; position < outcomes.Length; position++)
        {
            outcomes[position] = builder.Execute(batch.Items.ItemRef(position), position);
        }

        return builder.ToResult(ImmutableCollectionsMarshal.AsImmutableArray(outcomes));
    }

    /// <summary>
    /// Applies one configuration entry: the state learns who votes, in log order. Before feature level 4 it changes nothing.
    /// Deterministic, as <see cref="Apply"/>.
    /// </summary>
    /// <param name="state">The state before the entry.</param>
    /// <param name="index">The entry's log index; greater than the state's.</param>
    /// <param name="voters">Who votes from this entry on.</param>
    /// <returns>The new state and the changes of its view; no outcomes.</returns>
    /// <exception cref="InvalidOperationException">A broken invariant, which must end the process.</exception>
    public static BatchResult ApplyVoters(ReplicatedState state, long index, ImmutableSortedSet<NodeId> voters)
    {
        if (index <= state.AppliedIndex)
        {
            throw new InvalidOperationException($"entry {index} was applied before: the state is at {state.AppliedIndex}");
        }

        if (state.FeatureLevel < MembershipCommand.FirstFeatureLevel)
        {
            return new BatchResult(state, [], [], []);
        }

        var builder = new StateBuilder(state, index, term: 0, state.TimestampMilliseconds, commands: 0);
        builder.SetVoters(voters);
        return builder.ToResult([]);
    }
}
