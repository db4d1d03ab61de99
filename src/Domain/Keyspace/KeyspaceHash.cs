using StateServer.Domain.Digests;

namespace StateServer.Domain.Keyspace;

/// <summary>The digest behind HashKV: over what a revision and the compacted one leave readable.</summary>
internal static class KeyspaceHash
{
    /// <summary>Sums the hashes of the versions that count, and folds the sum to 32 bits.</summary>
    public static uint Of(KeyspaceState state, long revision)
    {
        ulong sum = 0;
        var history = state.History.AtFirst();
        var survivorFound = false;
        KeyValue? last = null;
        for (; history.IsOnItem; history.MoveNext())
        {
            var version = history.Item.Version;
            if (last is null || last.Key != version.Key)
            {
                survivorFound = state.Current.TryGet(version.Key, out var current) &&
                                current.Version.ModRevision.Value <= state.CompactedRevision.Value;
            }

            last = version;
            sum += Counted(version, revision, state.CompactedRevision.Value, ref survivorFound);
        }

        for (var current = state.Current.AtFirst(); current.IsOnItem; current.MoveNext())
        {
            var version = current.Item.Version;
            sum += version.ModRevision.Value <= revision ? EntityHash.Of(version) : 0;
        }

        return (uint)(sum ^ (sum >> 32));
    }

    /// <summary>Of the versions up to the compacted revision only the newest one of each key is readable, unless it is a tombstone.</summary>
    private static ulong Counted(KeyValue version, long revision, long compacted, ref bool survivorFound)
    {
        var modRevision = version.ModRevision.Value;
        if (modRevision > revision)
        {
            return 0;
        }

        if (modRevision > compacted)
        {
            return EntityHash.Of(version);
        }

        if (survivorFound)
        {
            return 0;
        }

        survivorFound = true;
        return version.IsTombstone ? 0 : EntityHash.Of(version);
    }
}
