using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// When a learner may get a vote: it holds all that the leader's log had when the last round was sent, and acknowledged that
/// within the last two heartbeats. Else the first entry behind its promotion would wait for it to catch up, or for ever. Pure.
/// </summary>
internal static class PromotionRule
{
    /// <summary>Heartbeats within which it must have acknowledged; one may be on its way.</summary>
    private const int Heartbeats = 2;

    /// <summary>Null where it may, or why not, with the numbers.</summary>
    /// <param name="learner">The learner.</param>
    /// <param name="progress">What is known of it; null where nothing is sent to it.</param>
    /// <param name="silence">The time since it last acknowledged; not looked at where it never did.</param>
    /// <param name="heartbeat">The time between heartbeats.</param>
    public static string? Refusal(NodeId learner, LearnerProgress? progress, TimeSpan silence, TimeSpan heartbeat)
    {
        if (progress is null)
        {
            return $"member {learner} is no learner here: it isn't a member without a vote whose folder is known";
        }

        if (progress.AcknowledgedTimestamp == 0)
        {
            return $"learner {learner} has acknowledged nothing in this term yet{Snapshot(progress)}{Because(progress)}";
        }

        if (progress.MatchIndex < progress.LastIndex)
        {
            return $"learner {learner} is not caught up: it has {progress.MatchIndex} of {progress.LastIndex} entries{Snapshot(progress)}{Because(progress)}";
        }

        var most = Heartbeats * heartbeat;
        return silence > most
            ? $"learner {learner} acknowledged {silence.TotalMilliseconds:F0} ms ago, and {most.TotalMilliseconds:F0} ms (two heartbeats) is the most{Because(progress)}"
            : null;
    }

    private static string Snapshot(LearnerProgress progress)
        => progress.Snapshot is { } snapshot ? $", and {snapshot.SentBytes} of {snapshot.TotalBytes} bytes of a snapshot" : "";

    private static string Because(LearnerProgress progress) => progress.Problem is { } problem ? $" ({problem})" : "";
}
