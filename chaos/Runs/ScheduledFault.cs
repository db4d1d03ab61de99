namespace StateServer.Chaos.Runs;

/// <summary>One step of a run's schedule: all that chance decides in it.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Seed">For its own choices: whom it hits, how long, how much.</param>
/// <param name="Companion">A second fault, in force at the same time; null mostly.</param>
/// <param name="CompanionSeed">For the companion's choices.</param>
/// <param name="WaitForHealing">Whether the next step waits until all members answer again.</param>
/// <param name="Pause">The time of peace before the next step.</param>
internal sealed record ScheduledFault(string Fault, int Seed, string? Companion, int CompanionSeed, bool WaitForHealing, TimeSpan Pause);
