using System.Collections.Immutable;

namespace StateServer.Api.Operator;

/// <summary>What the leader's planner says about the members. Thread-safe.</summary>
internal interface IMembershipNotes
{
    /// <summary>What is awaited, and why nothing is healed where it isn't, a line each; empty on a member that doesn't lead.</summary>
    ImmutableArray<string> Awaited { get; }
}
