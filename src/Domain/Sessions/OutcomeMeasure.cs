using System.Text;
using StateServer.Domain.Digests;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Sessions;

/// <summary>
/// What an outcome counts for against the session table's limits, and its hash in the digest. Both are part of the replicated
/// rules: they may change only with the feature level.
/// </summary>
internal static class OutcomeMeasure
{
    /// <summary>Counted for a session by itself: its record and its places in two trees, roughly.</summary>
    public const int SessionBytes = 256;

    private const int OutcomeBytes = 64;
    private const int VersionBytes = 72;

    public static long SizeBytes(Outcome outcome)
    {
        long size = OutcomeBytes;
        switch (outcome)
        {
            case PutOutcome put:
                return size + SizeBytes(put.Previous);
            case DeleteRangeOutcome delete:
                foreach (var version in delete.Previous)
                {
                    size += SizeBytes(version);
                }

                return size;
            case RangeOutcome range:
                foreach (var version in range.Result.KeyValues)
                {
                    size += SizeBytes(version);
                }

                return size;
            case TransactionOutcome transaction:
                foreach (var inner in transaction.Outcomes)
                {
                    size += SizeBytes(inner);
                }

                return size;
            case Rejection rejection:
                return size + rejection.Detail.Length;
            default:
                return size;
        }
    }

    public static ulong Hash(KeptOutcome kept, long session)
    {
        var hash = StableHash.Of(kept.Sequence, StableHash.Of(session, 10));
        return kept.Outcome is null ? hash : Hash(kept.Outcome, hash);
    }

    private static long SizeBytes(KeyValue? version) => version is null ? 0 : VersionBytes + version.SizeBytes;

    private static ulong Hash(Outcome outcome, ulong seed)
    {
        switch (outcome)
        {
            case PutOutcome put:
                return Hash(put.Previous, EntityHash.Of(seed, 1, put.Revision.Value, 0));
            case DeleteRangeOutcome delete:
                return Hash(delete.Previous.AsSpan(), EntityHash.Of(seed, 2, delete.Revision.Value, delete.Deleted));
            case RangeOutcome range:
                var hash = EntityHash.Of(seed, 3, range.Revision.Value, range.Result.Count);
                return Hash(range.Result.KeyValues.AsSpan(), StableHash.Of(range.Result.More ? 1L : 0, hash));
            case TransactionOutcome transaction:
                hash = EntityHash.Of(seed, 4, transaction.Revision.Value, transaction.Succeeded ? 1 : 0);
                foreach (var inner in transaction.Outcomes)
                {
                    hash = Hash(inner, hash);
                }

                return hash;
            case CompactOutcome compact:
                return EntityHash.Of(seed, 5, compact.Revision.Value, 0);
            case DoneOutcome done:
                return EntityHash.Of(seed, 6, done.Revision.Value, 0);
            case SessionOpenedOutcome opened:
                return EntityHash.Of(seed, 7, opened.Session.Value, 0);
            case AddedOutcome added:
                return StableHash.Of((long)added.Count, EntityHash.Of(seed, 9, added.Revision.Value, added.First));
            case Rejection rejection:
                hash = EntityHash.Of(seed, 8, (long)rejection.Reason, 0);
                return StableHash.Of(Encoding.UTF8.GetBytes(rejection.Detail), hash);
            default:
                throw new InvalidOperationException($"an unknown outcome {outcome.GetType().Name}");
        }
    }

    private static ulong Hash(ReadOnlySpan<KeyValue> versions, ulong seed)
    {
        foreach (var version in versions)
        {
            seed = Hash(version, seed);
        }

        return seed;
    }

    private static ulong Hash(KeyValue? version, ulong seed) =>
        version is null ? StableHash.Of(0L, seed) : StableHash.Of(EntityHash.Of(version), seed);
}
