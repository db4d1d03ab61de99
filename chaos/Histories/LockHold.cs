namespace StateServer.Chaos.Histories;

/// <summary>One holding of a lock, as its holder knows it. Written by one task, read after it.</summary>
/// <param name="name">The lock.</param>
/// <param name="token">The fencing revision: the one that created the holder's key.</param>
/// <param name="acquired">When it was known to be held, in nanoseconds of the monotonic clock.</param>
/// <param name="lease">The lease that the holder's key goes with.</param>
internal sealed class LockHold(string name, long token, long acquired, LeaseLife lease)
{
    public string Name => name;

    public long Token => token;

    public long Acquired => acquired;

    /// <summary>When it was asked to be released; null where it was left to the lease.</summary>
    public long? ReleaseCall { get; set; }

    /// <summary>Till then nobody else may hold it.</summary>
    public long GuaranteedUntil => Math.Min(lease.GuaranteedUntil, ReleaseCall ?? long.MaxValue);

    /// <summary>The writes to a resource that takes no older token behind a newer one.</summary>
    public List<HeldWrite> ResourceWrites { get; } = [];

    /// <summary>The writes in the store, on condition that the holder's key is there; those of unknown outcome are left out.</summary>
    public List<HeldWrite> GuardedWrites { get; } = [];

    /// <summary>The token that a guarded write found written, where it found a newer one than its own.</summary>
    public long? NewerFound { get; set; }

    public override string ToString() => $"{name} with token {token}";
}
