using StateServer.Consensus.Recovery;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Providers.Local;

namespace StateServer.Recovery;

/// <summary>A member of the cluster that lost its quorum, as far as its folder was found.</summary>
/// <param name="Disk">What its folder holds.</param>
/// <param name="Claim">Whether a process holds the folder, and which.</param>
internal sealed record OldMember(HeldDisk Disk, FolderClaim Claim)
{
    /// <summary>Its machine's name, where it is a machine of the local provider.</summary>
    public InstanceId? Machine { get; init; }

    /// <summary>Its record in the local cluster's file, where it is one of the fixed members.</summary>
    public LocalMember? Fixed { get; init; }

    /// <summary>What people call it: by a state that knows it, else by its log, else by the name of its folder.</summary>
    public string NameIn(ReplicatedState? state) =>
        state?.Members.GetValueOrDefault(Disk.Node)?.Name
        ?? Disk.Named?.Name
        ?? Fixed?.Name
        ?? Machine?.Name
        ?? Path.GetFileName(Disk.Folder);

    /// <summary>Where it stands; null where nobody knows.</summary>
    public Zone? ZoneIn(ReplicatedState? state) =>
        state?.Members.GetValueOrDefault(Disk.Node)?.Zone ?? (Fixed is null ? null : new Zone(Fixed.Zone));

    /// <summary>host:port of its peer service; null where nobody knows.</summary>
    public string? PeerAddressIn(ReplicatedState? state) =>
        state?.Members.GetValueOrDefault(Disk.Node)?.PeerAddress ?? Disk.Named?.PeerAddress;

    /// <summary>That its process runs, in words for people.</summary>
    public string Running => Claim.Holder is { } holder ? $"runs (pid {holder.Pid})" : "runs";
}
