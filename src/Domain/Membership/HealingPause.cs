namespace StateServer.Domain.Membership;

/// <summary>Nothing is healed by itself for a while.</summary>
/// <param name="UntilMilliseconds">Until when, replicated Unix time; <see cref="long.MaxValue"/> where only a word ends it.</param>
/// <param name="Why">Why, in one line.</param>
public sealed record HealingPause(long UntilMilliseconds, string Why)
{
    /// <summary>Whether it is in force.</summary>
    /// <param name="nowMilliseconds">Unix time.</param>
    public bool IsInForce(long nowMilliseconds) => nowMilliseconds < UntilMilliseconds;
}
