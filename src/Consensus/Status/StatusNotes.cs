using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Status;

/// <summary>What travels with a member's status for the layer above it; Consensus reads none of it. Immutable.</summary>
public sealed record StatusNotes
{
    /// <summary>Most lines that travel, and members that are named.</summary>
    public const int Most = 32;

    /// <summary>Nothing to say.</summary>
    public static StatusNotes None { get; } = new();

    /// <summary>What this member awaits of the members as their leader, a line each.</summary>
    public ImmutableArray<string> Awaited { get; init; } = [];

    /// <summary>Why nothing is healed by itself, in one line; empty where it is, or it doesn't lead.</summary>
    public string Stopped { get; init; } = "";

    /// <summary>The guards that hold something back, by name.</summary>
    public ImmutableArray<string> Guards { get; init; } = [];

    /// <summary>The voters that it leads and that have been far behind for minutes, though they answer.</summary>
    public ImmutableArray<NodeId> Laggards { get; init; } = [];

    /// <summary>Whether this member's own disk stalls.</summary>
    public bool IsDiskSlow { get; init; }
}
