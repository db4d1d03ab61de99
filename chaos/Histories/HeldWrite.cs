namespace StateServer.Chaos.Histories;

/// <summary>A lock holder's write to something that checks whether its lock is the newest.</summary>
/// <param name="At">When it had ended, in nanoseconds of the monotonic clock.</param>
/// <param name="Accepted">Whether it was taken.</param>
internal sealed record HeldWrite(long At, bool Accepted);
