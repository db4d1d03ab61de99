namespace StateServer.Placement.Planning.Zones;

/// <summary>One rule that orders the zones that are left. Pure; least is best; a later score decides only among equals.</summary>
internal interface IZoneScore
{
    /// <summary>The score of a zone.</summary>
    /// <param name="group">The group's population in it.</param>
    /// <param name="machines">All machines in it.</param>
    int Of(int group, int machines);
}
