using StateServer.Local;

namespace StateServer.Cli;

/// <summary>What <c>up</c> was asked for.</summary>
/// <param name="Root">The cluster's folder.</param>
/// <param name="Count">How many members; null for 3, or as before.</param>
/// <param name="Port">The first member's client port; null for etcd's, or as before.</param>
/// <param name="Snapshot">The snapshot to begin with, or null.</param>
/// <param name="IsBare">Without an environment.</param>
/// <param name="IsDetached">Return once it is up.</param>
/// <param name="Patience">How long to wait in each stage; null for the usual.</param>
internal sealed record UpRequest(
    LocalRoot Root, int? Count, int? Port, string? Snapshot, bool IsBare, bool IsDetached, TimeSpan? Patience)
{
    /// <summary>From the start of processes until all serve: a second or two, and a busy machine.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(60);

    /// <summary>Until all vote: members are launched and taught one or two at a time.</summary>
    public static readonly TimeSpan UsualVotePatience = TimeSpan.FromMinutes(5);
}
