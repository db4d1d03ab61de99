namespace StateServer.Consensus.Raft;

/// <summary>
/// Where a stretch of learning began: a snapshot, or the entries behind it. It begins anew where one ends, or where the learner
/// turns out to have less than was thought. An immutable picture.
/// </summary>
/// <param name="IsSnapshot">Whether a snapshot is sent in it.</param>
/// <param name="Share">What the learner had of it when it began, 0 to 1.</param>
/// <param name="Timestamp">When, by the <see cref="TimeProvider"/>'s timestamps.</param>
internal readonly record struct LearningStretch(bool IsSnapshot, double Share, long Timestamp)
{
    /// <summary>The stretch that a learner is in.</summary>
    /// <param name="before">The one that it was in.</param>
    /// <param name="isSnapshot">Whether a snapshot is sent now.</param>
    /// <param name="share">What the learner has by now.</param>
    /// <param name="now">The timestamp.</param>
    public static LearningStretch Of(LearningStretch before, bool isSnapshot, double share, long now) =>
        before.Timestamp != 0 && before.IsSnapshot == isSnapshot && share >= before.Share ? before : new(isSnapshot, share, now);

    /// <summary>How long the rest takes at the pace so far.</summary>
    /// <param name="share">What the learner has by now.</param>
    /// <param name="elapsed">Since the stretch began.</param>
    /// <returns>Null where nothing was learned yet, or it would take a day and more.</returns>
    public TimeSpan? Left(double share, TimeSpan elapsed)
    {
        var learned = share - Share;
        return learned > 0 && elapsed > TimeSpan.Zero && (1 - share) / learned * elapsed.TotalDays is < 1 and var days
            ? TimeSpan.FromDays(days)
            : null;
    }
}
