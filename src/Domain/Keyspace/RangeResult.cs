using System.Collections.Immutable;

namespace StateServer.Domain.Keyspace;

/// <summary>What a range read found.</summary>
/// <param name="KeyValues">The keys, in the order asked for; empty where only the count was asked for.</param>
/// <param name="More">True when the limit cut the result.</param>
/// <param name="Count">All keys in the range, the limit aside, counted as etcd counts (the revision bounds don't lessen it).</param>
public sealed record RangeResult(ImmutableArray<KeyValue> KeyValues, bool More, long Count);
