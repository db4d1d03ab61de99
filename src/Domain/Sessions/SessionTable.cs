using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Sessions;

/// <summary>
/// The sessions of all clients, so that a retried request is answered with its first outcome (Raft dissertation, §6.3).
/// Immutable. Bounded: past either limit the session used least recently, in the order of the log, is evicted, and its later
/// requests are refused as unknown, never executed.
/// </summary>
public sealed class SessionTable
{
    /// <summary>Most sessions.</summary>
    public const int MostSessions = 10_000;

    /// <summary>Most bytes of all sessions with their outcomes: 64 MiB.</summary>
    public const long MostBytes = 64L << 20;

    /// <summary>
    /// Most outcomes kept for one session. A request beyond is refused with <see cref="RejectionReason.TooManyUnanswered"/>
    /// until its client names a higher lowest unanswered sequence, so a client may have 64 requests under way at once.
    /// </summary>
    public const int MostOutcomes = 64;

    /// <summary>
    /// Larger outcomes (256 KiB), such as a transaction's large reads, aren't kept: a retry is answered with
    /// <see cref="RejectionReason.OutcomeForgotten"/>. So no session can reach the table's limit by itself.
    /// </summary>
    public const int LargestOutcomeBytes = 256 << 10;

    /// <summary>No session.</summary>
    public static SessionTable Empty { get; } = new();

    /// <summary>Open sessions.</summary>
    public long Count => ById.Count;

    /// <summary>What the sessions with their outcomes count for, in bytes.</summary>
    public long SizeBytes { get; internal init; }

    internal PersistentTree<SessionById, SessionId> ById { get; init; }

    internal PersistentTree<SessionByUse, SessionUse> ByUse { get; init; }

    internal ulong Digest { get; init; }

    /// <summary>True while the session is open.</summary>
    public bool Holds(SessionId session) => ById.TryGet(session, out _);
}
