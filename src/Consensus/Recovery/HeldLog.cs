using System.Collections.Immutable;

namespace StateServer.Consensus.Recovery;

/// <summary>What the log of one member's disk says. Immutable.</summary>
/// <param name="Term">The highest term that the member knew; elections that nobody won raise it, too.</param>
/// <param name="LastTerm">The term of the last entry; 0 where there is none.</param>
/// <param name="LastIndex">The last entry's index; 0 where there is none.</param>
/// <param name="CommitIndex">Up to here the member knew entries to be committed when it wrote last; more may have been.</param>
/// <param name="SnapshotIndex">The last entry in its snapshot; 0 where there is none.</param>
/// <param name="Configurations">
/// The voters in force at <paramref name="CommitIndex"/>, and those of each later entry that changes them, oldest first: one of these was
/// in force at the end.
/// </param>
public sealed record HeldLog(
    long Term,
    long LastTerm,
    long LastIndex,
    long CommitIndex,
    long SnapshotIndex,
    ImmutableArray<ImmutableArray<InitialMember>> Configurations)
{
    /// <summary>The newest voters in the log.</summary>
    public ImmutableArray<InitialMember> Voters => Configurations[^1];

    /// <summary>
    /// Whether a log holds more than another one, by the rule of Raft's elections (§5.4.1): of whole logs of one cluster, the later term
    /// of the last entry counts, then the later index.
    /// </summary>
    public bool IsAheadOf(HeldLog other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (LastTerm, LastIndex).CompareTo((other.LastTerm, other.LastIndex)) > 0;
    }
}
