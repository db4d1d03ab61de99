namespace StateServer.Chaos.Histories;

/// <summary>What its client knows of one lease. Times are nanoseconds of the monotonic clock. Written by one task at a time, read after it.</summary>
internal sealed class LeaseLife(long id)
{
    public long Id => id;

    /// <summary>The grant, if it was acknowledged, and each keep-alive that was.</summary>
    public List<LeaseRenewal> Renewals { get; } = [];

    public List<LeasedKey> Keys { get; } = [];

    public List<KeyLook> Looks { get; } = [];

    /// <summary>When it was first asked to be revoked, unless certainly in vain.</summary>
    public long? RevokeCall { get; set; }

    /// <summary>When a revocation was acknowledged.</summary>
    public long? RevokedAt { get; set; }

    /// <summary>Until then it must live: by the acknowledged keep-alive that was sent last, or till it was asked to be revoked.</summary>
    public long GuaranteedUntil => Math.Min(Renewals.Select(r => r.Until).DefaultIfEmpty().Max(), RevokeCall ?? long.MaxValue);

    public override string ToString() => $"lease {id}";
}
