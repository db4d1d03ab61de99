namespace StateServer.Placement.Planning.Zones;

/// <summary>One rule that keeps a zone out. Pure; asked in the order of <see cref="ZoneFilters"/>, the first refusal counts.</summary>
internal interface IZoneFilter
{
    /// <summary>Its name in reports.</summary>
    string Name { get; }

    /// <summary>Why the zone can't be taken, in one line; null where it may.</summary>
    string? Refusal(ZoneCandidate zone, ZoneRequest request);
}
