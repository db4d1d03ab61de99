using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace StateServer.Domain.Model.Changes;

/// <summary>Records of one kind while commands change them: it keeps their digest and which of them changed. Not thread-safe.</summary>
internal sealed class RecordTable<TKey, TRecord>(
    ImmutableSortedDictionary<TKey, TRecord> records, Func<TRecord, TKey> keyOf, Func<TRecord, ulong> hashOf)
    where TKey : struct
    where TRecord : class
{
    private readonly ImmutableSortedDictionary<TKey, TRecord>.Builder _records = records.ToBuilder();

    /// <summary>How many there are.</summary>
    public int Count => _records.Count;

    /// <summary>All of them, in order; not to be walked while they are changed.</summary>
    public IEnumerable<TRecord> Values => _records.Values;

    /// <summary>What the digest has changed by, modulo 2⁶⁴.</summary>
    public ulong DigestChange { get; private set; }

    /// <summary>The records changed since it was cleared last, in order.</summary>
    public SortedSet<TKey> Changed { get; } = [];

    public bool TryGet(TKey key, [NotNullWhen(true)] out TRecord? record) => _records.TryGetValue(key, out record);

    /// <summary>A record that must exist.</summary>
    public TRecord Get(TKey key) =>
        _records.TryGetValue(key, out var record) ? record : throw new InvalidOperationException($"the model lost {key}");

    /// <summary>Puts a record in, in place of the one with its key.</summary>
    public void Set(TRecord record)
    {
        var key = keyOf(record);
        if (_records.TryGetValue(key, out var before))
        {
            DigestChange -= hashOf(before);
        }

        DigestChange += hashOf(record);
        _records[key] = record;
        Changed.Add(key);
    }

    /// <summary>Takes out a record that must exist.</summary>
    public void Remove(TKey key)
    {
        DigestChange -= hashOf(Get(key));
        _records.Remove(key);
        Changed.Add(key);
    }

    public ImmutableSortedDictionary<TKey, TRecord> ToRecords() => _records.ToImmutable();
}
