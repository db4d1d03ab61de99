namespace StateServer.Chaos.Networks;

/// <summary>What the conditions in force did to packets so far.</summary>
internal sealed record LinkCounts(long Dropped, long Delayed, long Duplicated, long Reordered)
{
    public override string ToString() =>
        $"{Dropped} packets dropped, {Delayed} delayed, {Duplicated} doubled, {Reordered} held back";
}
