using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning;

/// <summary>What this leader hears of agents, by its monotonic clock, and of instances, from the provider's listings.</summary>
/// <param name="SilentForMilliseconds">
/// The machines whose agents missed their heartbeats, each with how long it is silent, 1 or more; a machine that is not in it is
/// in contact. Ages begin with this leader's term.
/// </param>
/// <param name="GraceIsOver">True once agents have had time to find this leader.</param>
/// <param name="InstancesGone">The machines whose instance is terminated, or missing in two complete listings 10 s apart.</param>
public sealed record AgentContact(
    ImmutableSortedDictionary<MachineId, long> SilentForMilliseconds,
    bool GraceIsOver,
    ImmutableSortedSet<MachineId> InstancesGone)
{
    /// <summary>Every agent is in contact, and this leader is no new one.</summary>
    public static AgentContact Full { get; } =
        new(ImmutableSortedDictionary<MachineId, long>.Empty, true, ImmutableSortedSet<MachineId>.Empty);
}
