using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Indexing;

/// <summary>Who is on one machine.</summary>
internal sealed class Occupants
{
    /// <summary>The units assigned to it, wanted or not.</summary>
    public SortedSet<UnitName> Units { get; } = [];

    /// <summary>The units that were assigned to it and may still run on it.</summary>
    public SortedSet<UnitName> Leaving { get; } = [];

    public bool IsEmpty => Units.Count == 0 && Leaving.Count == 0;
}
