using System.Collections;

namespace StateServer.Consensus.Raft;

/// <summary>What one append message carries: entries in a row, bounded by bytes.</summary>
/// <param name="entries">The entries.</param>
/// <param name="more">True where the log holds more behind them.</param>
internal sealed class EntryBatch(IReadOnlyList<ReplicatedEntry> entries, bool more) : IReadOnlyList<ReplicatedEntry>
{
    /// <summary>No entries: a heartbeat.</summary>
    public static readonly EntryBatch Empty = new([], more: false);

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <summary>True where the log holds more behind them: another round is needed soon.</summary>
    public bool More => more;

    /// <inheritdoc/>
    public ReplicatedEntry this[int index] => entries[index];

    /// <inheritdoc/>
    public IEnumerator<ReplicatedEntry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
