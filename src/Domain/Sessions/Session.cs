using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Sessions;

/// <summary>One client's session. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LastUse">The place in the log of the last request that named it: the least recently used is evicted first.</param>
/// <param name="LowestUnanswered">Outcomes below this sequence are forgotten.</param>
/// <param name="Kept">The requests from there on that were executed, by sequence.</param>
/// <param name="SizeBytes">What it counts for, in bytes.</param>
/// <param name="OutcomeDigest">The sum of the hashes of the kept outcomes.</param>
internal sealed record Session(
    SessionId Id,
    long LastUse,
    long LowestUnanswered,
    ImmutableArray<KeptOutcome> Kept,
    long SizeBytes,
    ulong OutcomeDigest);
