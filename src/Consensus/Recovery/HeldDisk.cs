using StateServer.Domain.Identity;

namespace StateServer.Consensus.Recovery;

/// <summary>What one member's data folder holds, as far as it can be read. Immutable.</summary>
/// <param name="Folder">The folder, absolute.</param>
public sealed record HeldDisk(string Folder)
{
    /// <summary>The cluster; none where the identity can't be read.</summary>
    public ClusterId Cluster { get; init; }

    /// <summary>The member; none where the identity can't be read.</summary>
    public NodeId Node { get; init; }

    /// <summary>Its log; null where that can't be read whole.</summary>
    public HeldLog? Log { get; init; }

    /// <summary>Why it must never be used again, in one line; null where it wasn't retired.</summary>
    public string? Retired { get; init; }

    /// <summary>In one line what is damaged, or can't be read; null where all of it is whole.</summary>
    public string? Damage { get; init; }

    /// <summary>True where a recovery of this folder was decided and not finished: its member's next start finishes it.</summary>
    public bool IsBeingRecovered { get; init; }

    /// <summary>Whether a cluster can go on with it.</summary>
    public bool IsUsable => Log is not null && Retired is null && Damage is null && !IsBeingRecovered;

    /// <summary>What a log calls the member whose disk it is; null where no configuration in it does.</summary>
    public InitialMember? Named => Log?.Configurations.Reverse().SelectMany(voters => voters).FirstOrDefault(voter => voter.Id == Node);
}
