namespace StateServer.Chaos.Histories;

/// <summary>A key that was put once under a lease, and perhaps once more without one.</summary>
/// <param name="Name">The key.</param>
/// <param name="Attached">How the put under the lease ended.</param>
/// <param name="Call">When that was called.</param>
/// <param name="Return">When it returned.</param>
/// <param name="Revision">Its revision; 0 unless it was acknowledged.</param>
/// <param name="Detached">How the put without a lease ended; null where there was none.</param>
internal sealed record LeasedKey(string Name, OperationStatus Attached, long Call, long Return, long Revision, OperationStatus? Detached = null)
{
    /// <summary>Whether it certainly goes with the lease, if that lives when it was put.</summary>
    public bool IsBound => Attached == OperationStatus.Ok && (Detached is null or OperationStatus.Fail);

    /// <summary>Whether it certainly stays.</summary>
    public bool IsFree => Detached == OperationStatus.Ok;
}
