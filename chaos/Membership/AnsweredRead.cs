namespace StateServer.Chaos.Membership;

/// <summary>A linearizable read that a member answered.</summary>
/// <param name="Key">The key that was asked for.</param>
/// <param name="Revision">The revision that the answer is of.</param>
/// <param name="Member">The member that answered.</param>
/// <param name="Begun">When the call began, nanoseconds of the monotonic clock.</param>
/// <param name="Floor">The highest revision that any write had been acknowledged at by then.</param>
internal sealed record AnsweredRead(string Key, long Revision, ulong Member, long Begun, long Floor) : Answer(Key, Revision, Member, Begun);
