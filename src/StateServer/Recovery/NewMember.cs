using System.Globalization;
using StateServer.Consensus;
using StateServer.Consensus.Recovery;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Options;

namespace StateServer.Recovery;

/// <summary>The one member of the new cluster: its ids are minted, its name, address and place are its predecessor's.</summary>
/// <param name="Cluster">The new cluster's id.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="PeerAddress">host:port of its peer service.</param>
/// <param name="Zone">Where it stands.</param>
internal sealed record NewMember(ClusterId Cluster, NodeId Id, string Name, string PeerAddress, Zone Zone)
{
    /// <summary>Made anew at each call, for the seat that was found.</summary>
    /// <returns>Null where nothing tells the seat's address or zone, so that no member could be made of it.</returns>
    public static NewMember? Mint(RecoveryFinding finding)
    {
        OldMember seat = finding.Seat!;
        return seat.PeerAddressIn(finding.State) is { } address && seat.ZoneIn(finding.State) is { } zone
            ? new(new ClusterId(MintedId.Next()), new NodeId(MintedId.Next()), finding.NameOf(seat), address, zone)
            : null;
    }

    /// <summary>The new cluster's list of initial members.</summary>
    public string InitialMembers => InitialMemberList.Format([Initial]);

    private InitialMember Initial => new(Id, Name, PeerAddress);

    /// <summary>The state that the new cluster begins with.</summary>
    public ReplicatedState StateOf(RecoveryFinding finding)
    {
        OldMember seat = finding.Seat!;
        InstanceId? instance = seat.Machine ?? (seat.Fixed is null ? null : new InstanceId(seat.Fixed.Name));
        int colon = PeerAddress.LastIndexOf(':');
        RecoveredMember member = new(Id, seat.Disk.Node, instance, Zone, colon > 0 ? PeerAddress[..colon] : PeerAddress);
        return RecoveredState.Of(finding.State!, member, finding.KnownIncarnation);
    }

    /// <summary>Writes beside what its folder is to become.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public RecoveredFolder Stage(RecoveryFinding finding) =>
        RecoveredFolder.Stage(finding.Seat!.Disk.Folder, Cluster, Initial, StateOf(finding));

    /// <summary>The flags of <c>server</c> that say who it is.</summary>
    public string Flags(string folder) => string.Create(
        CultureInfo.InvariantCulture,
        $"--name {Name} --node-id {Id.Value} --cluster-id {Cluster.Value} --initial-members {InitialMembers} --data-dir {folder}");
}
