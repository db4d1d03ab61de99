using StateServer.Domain.Identity;

namespace StateServer.Placement.Tests.Membership;

/// <summary>A state server's process and what is on its disk, as they truly are.</summary>
internal sealed class SimulatedMember(NodeId id, Zone zone, InstanceId instance)
{
    public NodeId Id => id;

    public Zone Zone => zone;

    public InstanceId Instance => instance;

    /// <summary>Whether its process runs.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>When it runs again by itself; null where it doesn't.</summary>
    public DateTimeOffset? ReturnsAt { get; set; }

    /// <summary>How far it has learned the log, 0 to <see cref="Whole"/>.</summary>
    public int Learned { get; set; }

    /// <summary>Its disk stalls.</summary>
    public bool IsSlow { get; set; }

    /// <summary>When the leader or another voter could hear it last.</summary>
    public DateTimeOffset HeardByAnyoneAt { get; set; }

    /// <summary>When the leader of this term heard it last; the term's beginning where it didn't.</summary>
    public DateTimeOffset HeardAt { get; set; }

    /// <summary>Whether the leader of this term has heard it at all: silence counts from the term's beginning where it hasn't.</summary>
    public bool IsHeard { get; set; }

    public const int Whole = 3;
}
