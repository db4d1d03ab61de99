namespace StateServer.Chaos.Histories;

/// <summary>A grant or keep-alive that was acknowledged with time left.</summary>
/// <param name="Sent">When it was sent, in nanoseconds of the monotonic clock.</param>
/// <param name="TtlSeconds">The time to live that the answer promised.</param>
internal sealed record LeaseRenewal(long Sent, long TtlSeconds)
{
    /// <summary>Until then the lease can't expire: it was renewed when the request was sent, at the earliest.</summary>
    public long Until => Sent + (TtlSeconds * 1_000_000_000);
}
