using System.Diagnostics;
using System.Globalization;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>How far back members' logs go, by the names of their segments.</summary>
internal static class LogReach
{
    /// <summary>How long the log may take to be dropped behind a snapshot as far as an absent follower has it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(25);

    /// <summary>Waits until the leader's log no longer reaches back to what a follower has, so that it needs a snapshot.</summary>
    /// <param name="context">The fault's.</param>
    /// <param name="known">The last segment that the follower has: <see cref="Last"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>That leader; null where it didn't come to that in time.</returns>
    public static async Task<MemberProcess?> AwaitDropAsync(FaultContext context, long known, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Limit && !cancellationToken.IsCancellationRequested)
        {
            await FaultContext.HoldAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
            MemberProcess? leader = await context.Observer.FindLeaderAsync(cancellationToken);
            if (leader is not null && Segments(leader).DefaultIfEmpty().Min() > known)
            {
                return leader;
            }
        }

        return null;
    }

    /// <summary>The first index of a member's last segment; 0 where it has none.</summary>
    public static long Last(MemberProcess member) => Segments(member).DefaultIfEmpty().Max();

    private static IEnumerable<long> Segments(MemberProcess member) => Directory
        .EnumerateFiles(Path.Combine(member.DataFolder, "log"), "log-*.seg")
        .Select(f => long.Parse(Path.GetFileNameWithoutExtension(f)["log-".Length..], CultureInfo.InvariantCulture));
}
