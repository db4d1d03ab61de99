using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Keyspace;

/// <summary>The MVCC key-value store at one revision, with its history back to the compacted revision. Immutable.</summary>
public sealed class KeyspaceState
{
    /// <summary>The prefix under which Apply writes the model's view; clients may read it and never write it.</summary>
    public const string ReservedPrefix = "/stateserver/";

    /// <summary>The empty store, at revision 1, as etcd counts.</summary>
    public static KeyspaceState Empty { get; } = new();

    /// <summary>The current main revision.</summary>
    public Revision Revision => throw new InvalidOperationException("not built yet");

    /// <summary>The compacted revision: reads before it are refused; −1 while nothing was compacted.</summary>
    public Revision CompactedRevision => throw new InvalidOperationException("not built yet");

    /// <summary>True while compacted history is not all freed: propose <c>TrimHistoryCommand</c>s.</summary>
    public bool HasHistoryToTrim => throw new InvalidOperationException("not built yet");

    /// <summary>Keys that exist now.</summary>
    public long KeyCount => throw new InvalidOperationException("not built yet");

    /// <summary>Bytes of all keys and values held, history included: what etcd calls the size in use.</summary>
    public long SizeBytes => throw new InvalidOperationException("not built yet");

    /// <summary>Reads a range.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="result">What was found; null where it was refused.</param>
    /// <returns>Null, or why the read was refused (future or compacted revision, empty key).</returns>
    public Rejection? TryRange(RangeQuery query, out RangeResult? result) =>
        throw new InvalidOperationException("not built yet");

    /// <summary>A digest over every version held with a revision after the compacted one and up to <paramref name="revision"/> (0: the current).</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="hash">The digest: equal on members whose compacted revisions are equal.</param>
    /// <returns>Null, or why it was refused (future or compacted).</returns>
    public Rejection? TryHash(Revision revision, out uint hash) => throw new InvalidOperationException("not built yet");
}
