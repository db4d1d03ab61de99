using StateServer.Domain.Membership;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>
/// How soon the members are looked at again where nothing wakes the loop: what the log tells wakes it, but a silence that grows and
/// a learner that catches up are in no log. Pure.
/// </summary>
internal static class MembershipPace
{
    /// <summary>The longest wait until the next look.</summary>
    public static TimeSpan Of(MembershipSight? sight, ReconciliationOptions options) =>
        sight is not null && (HasSilent(sight, options) || HasLearner(sight)) ? options.WatchfulPeriod : options.Period;

    /// <summary>A member is silent, and neither declared lost yet nor away for a stop that it announced.</summary>
    private static bool HasSilent(MembershipSight sight, ReconciliationOptions options) => sight.Peers.Any(peer =>
        peer.Value.SilentForMilliseconds >= options.AliveWithin.TotalMilliseconds
        && sight.Membership.MarkOf(peer.Key) != MemberMark.Lost
        && (sight.Membership.Standings.GetValueOrDefault(peer.Key)?.AwayUntilMilliseconds ?? 0) <= sight.NowMilliseconds);

    /// <summary>A newcomer has joined, and waits for its vote.</summary>
    private static bool HasLearner(MembershipSight sight) => sight.Membership.Standings.Values.Any(standing =>
        standing.Mark == MemberMark.Requested && sight.Members.ContainsKey(standing.Id));
}
