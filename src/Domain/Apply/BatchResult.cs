using System.Collections.Immutable;
using StateServer.Domain.Events;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Apply;

/// <summary>What applying one log entry gave.</summary>
/// <param name="State">The new state.</param>
/// <param name="Outcomes">One outcome a command, in order.</param>
/// <param name="Events">The changes of keys, in revision order.</param>
/// <param name="LeaseChanges">Leases made and ended, in order; empty in nearly every entry.</param>
public readonly record struct BatchResult(
    ReplicatedState State,
    ImmutableArray<Outcome> Outcomes,
    ImmutableArray<KeyEvent> Events,
    ImmutableArray<LeaseChange> LeaseChanges);
