namespace StateServer.Chaos.Membership;

/// <summary>A call that a member answered with success.</summary>
/// <param name="Key">What it was about.</param>
/// <param name="Revision">The revision that the answer told.</param>
/// <param name="Member">The member that answered.</param>
/// <param name="Begun">When the call began, nanoseconds of the monotonic clock.</param>
internal record Answer(string Key, long Revision, ulong Member, long Begun);
