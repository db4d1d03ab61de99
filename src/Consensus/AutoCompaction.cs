namespace StateServer.Consensus;

/// <summary>What is compacted on a schedule, by etcd's rules. Neither set: nothing is.</summary>
/// <param name="Period">The history of this time stays readable, at least; zero for no such rule.</param>
/// <param name="Revisions">Or so many revisions do; 0 for no such rule.</param>
public sealed record AutoCompaction(TimeSpan Period, long Revisions)
{
    /// <summary>Nothing is compacted unless a client asks for it: etcd's default.</summary>
    public static AutoCompaction Off { get; } = new(TimeSpan.Zero, 0);

    /// <summary>By time.</summary>
    public static AutoCompaction Periodic(TimeSpan period) => new(period, 0);

    /// <summary>By count.</summary>
    public static AutoCompaction OfRevisions(long revisions) => new(TimeSpan.Zero, revisions);
}
