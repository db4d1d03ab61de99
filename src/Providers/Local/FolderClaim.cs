namespace StateServer.Providers.Local;

/// <summary>Who claims a folder.</summary>
/// <param name="IsHeld">A living process holds the folder's lock.</param>
/// <param name="Holder">The process, where it is proven: the lock is held, and pid, start time and boot id beside it are those of a living process. Only this one may be sent a signal.</param>
public readonly record struct FolderClaim(bool IsHeld, ProcessProof? Holder)
{
    /// <summary>Nobody claims it.</summary>
    public static FolderClaim Free => default;
}
