namespace StateServer.Placement.Planning.Zones;

/// <summary>The fewer of the group, the better.</summary>
internal sealed class GroupPopulationScore : IZoneScore
{
    public int Of(int group, int machines) => group;
}
