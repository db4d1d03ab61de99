using StateServer.Domain.Identity;

namespace StateServer.Domain.Membership;

/// <summary>
/// What is wanted and known of one member beyond what it says of itself. A member that was registered before feature level 4 has
/// none until one is needed, and counts as a <see cref="MemberMark.Member"/>.
/// </summary>
/// <param name="Id">The member.</param>
/// <param name="Name">Its name, unique in the cluster; the only one that it is taken in by.</param>
/// <param name="Machine">The machine that was added for it; null where there is no environment, or it was there before.</param>
/// <param name="Zone">The zone that was reserved for it first; its machine's record tells where it is launched. Null where it was there before.</param>
/// <param name="Replaces">The member whose place it takes; null where it takes none, that one is gone, or it got a vote that another one did not give up.</param>
/// <param name="Mark">How it stands.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="SinceMilliseconds">Since when, replicated Unix time.</param>
/// <param name="AwayUntilMilliseconds">Until when its announced stop is no loss, replicated Unix time; 0 where none was announced.</param>
public sealed record MemberStanding(
    NodeId Id,
    string Name,
    MachineId? Machine,
    Zone? Zone,
    NodeId? Replaces,
    MemberMark Mark,
    string Reason,
    long SinceMilliseconds,
    long AwayUntilMilliseconds);
