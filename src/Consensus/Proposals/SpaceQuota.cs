using StateServer.Domain.Apply;
using StateServer.Domain.Commands;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// How much state a cluster may hold, and what is refused past that. It is measured on the replicated state, so that all
/// members measure alike, by what a version takes in memory and in a snapshot (ADR 0072). Immutable; thread-safe.
/// </summary>
/// <param name="bytes">The quota; <see cref="None"/> for none.</param>
internal sealed class SpaceQuota(long bytes)
{
    /// <summary>No quota.</summary>
    public const long None = long.MaxValue;

    /// <summary>What a version takes beside its key and value: etcd's estimate, and about what our trees take.</summary>
    public const int VersionBytes = 256;

    /// <summary>What a lease takes: etcd's estimate.</summary>
    public const int LeaseBytes = 64;

    /// <summary>No single request takes more, whatever it holds: a quota further away than this needs no closer look.</summary>
    private const long FarAway = 64L * 1024 * 1024;

    /// <summary>The quota, bytes.</summary>
    public long Bytes => bytes;

    /// <summary>What a state takes, by this measure.</summary>
    public static long UseOf(ReplicatedState state)
    {
        var keyspace = state.Keyspace;
        return keyspace.SizeBytes + (VersionBytes * keyspace.VersionCount) + (LeaseBytes * keyspace.LeaseCount);
    }

    /// <summary>
    /// Whether the alarm must be up: past the quota, or where it made a command be refused; and once it is up, until a twentieth
    /// of it is free again, so that it does not flap. A command that is refused while there is that much room is only too large.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="raised">Whether it is up.</param>
    /// <param name="refused">Whether a command was refused since the last look.</param>
    public bool IsPassed(ReplicatedState state, bool raised, bool refused)
    {
        if (bytes == None)
        {
            return false;
        }

        long use = UseOf(state);
        return use > bytes || ((raised || refused) && use > bytes - (bytes / 20));
    }

    /// <summary>Why a command would pass the quota; null where it does not.</summary>
    public string? Refuses(Command command, ReplicatedState state)
    {
        if (bytes == None)
        {
            return null;
        }

        long use = UseOf(state);
        return use <= bytes - FarAway || SpaceRule.Cost(command) is not (> 0 and var cost) || use + cost <= bytes
            ? null
            : $"the state takes {use} bytes of its quota of {bytes}: delete keys and compact, or raise the quota";
    }
}
