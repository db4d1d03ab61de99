namespace StateServer.Placement.Planning.Zones;

/// <summary>The fewer machines of any kind, the better.</summary>
internal sealed class AllMachinesScore : IZoneScore
{
    public int Of(int group, int machines) => machines;
}
