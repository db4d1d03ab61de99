using System.Collections.Immutable;

namespace StateServer.Domain.Commands;

/// <summary>The payload of one log entry: many commands, executed in order.</summary>
/// <param name="FeatureLevel">The level the proposer wrote it at; a member that does not know it stops.</param>
/// <param name="TimestampMilliseconds">The leader's clock, Unix milliseconds UTC; replicated time is max(previous, this).</param>
/// <param name="Items">The commands.</param>
public sealed record CommandBatch(int FeatureLevel, long TimestampMilliseconds, ImmutableArray<BatchItem> Items)
{
    /// <summary>
    /// Most commands in one batch. It bounds what one Apply does between two states that readers can see, and leaves 12 bits
    /// for a command's place in its entry, of which session ids are made.
    /// </summary>
    public const int MostItems = 4096;
}
