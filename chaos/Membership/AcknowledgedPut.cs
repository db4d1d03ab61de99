namespace StateServer.Chaos.Membership;

/// <summary>A write that a member acknowledged.</summary>
/// <param name="Key">Its key, never written before.</param>
/// <param name="Revision">The revision that it was told.</param>
/// <param name="Member">The member that acknowledged it.</param>
/// <param name="Begun">When the call began, nanoseconds of the monotonic clock.</param>
internal sealed record AcknowledgedPut(string Key, long Revision, ulong Member, long Begun) : Answer(Key, Revision, Member, Begun);
