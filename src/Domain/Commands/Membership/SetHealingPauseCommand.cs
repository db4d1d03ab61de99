namespace StateServer.Domain.Commands.Membership;

/// <summary>From an operator: nothing is healed by itself for a while, or again.</summary>
/// <param name="Paused">
/// Whether it pauses; false ends a pause and lets the guard on replacements count anew, and changes nothing where there is neither.
/// </param>
/// <param name="UntilMilliseconds">Until when, Unix time; <see cref="long.MaxValue"/> for no end. Refused where it is past. Not looked at where a pause ends.</param>
/// <param name="Why">Why, in one line.</param>
public sealed record SetHealingPauseCommand(bool Paused, long UntilMilliseconds, string Why) : MembershipCommand;
