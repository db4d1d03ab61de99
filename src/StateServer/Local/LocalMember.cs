using System.Text.Json.Serialization;
using StateServer.Domain.Identity;

namespace StateServer.Local;

/// <summary>One member of a local cluster, as the cluster's file records it.</summary>
/// <param name="Slot">Its slot, from 0; gives its ports.</param>
/// <param name="Name">Its name, and its folder's.</param>
/// <param name="NodeId">Its minted id, a decimal string.</param>
/// <param name="Zone">Its zone label.</param>
internal sealed record LocalMember(int Slot, string Name, string NodeId, string Zone)
{
    private static readonly string[] Zones = ["local-a", "local-b", "local-c"];

    /// <summary>Its id.</summary>
    [JsonIgnore]
    public NodeId Id => new(ulong.Parse(NodeId, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A new member for a slot; the zones take turns.</summary>
    public static LocalMember Mint(int slot) => new(
        slot,
        $"server-{slot}",
        MintedId.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
        Zones[slot % Zones.Length]);
}
