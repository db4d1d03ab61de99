using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Events;

namespace StateServer.Consensus.Replica;

/// <summary>What applying one entry changed, for whoever follows the state. Restoring a snapshot gives one without events.</summary>
/// <param name="Index">The entry's index.</param>
/// <param name="State">The state after it.</param>
/// <param name="Events">The changes of keys, in revision order.</param>
/// <param name="IsRestore">True where a snapshot replaced the state: what lies between was not seen.</param>
public sealed record AppliedEntry(
    long Index, ReplicatedState State, ImmutableArray<KeyEvent> Events, bool IsRestore)
{
    /// <summary>Leases made and ended, in order; empty in nearly every entry.</summary>
    public ImmutableArray<LeaseChange> LeaseChanges { get; init; } = [];
}
