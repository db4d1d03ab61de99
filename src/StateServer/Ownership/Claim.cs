using StateServer.Domain.Keyspace;
using StateServer.Watching;

namespace StateServer.Ownership;

/// <summary>A place in the queue for a name.</summary>
/// <param name="Prefix">The name and a slash: all places are keys below it.</param>
/// <param name="Key">The key that is this place.</param>
/// <param name="CreateRevision">The key's create revision: lower ones come first, and it is the owner's fencing number.</param>
/// <param name="Revision">The revision at which the place was taken, or found.</param>
/// <param name="IsNew">False where the lease had this place already.</param>
/// <param name="IsFirst">True where nobody was before it.</param>
internal sealed record Claim(Key Prefix, Key Key, long CreateRevision, long Revision, bool IsNew, bool IsFirst)
{
    /// <summary>
    /// Whether the place is to be given up after a failure: not where the lease owned the name before the call, and not where
    /// this member stops, for the client then comes back through another one and finds its place.
    /// </summary>
    public bool IsGivenUpAfter(Exception failure) =>
        !(IsFirst && !IsNew) && failure is not WatchEndedException { Ending.Reason: WatchEndReason.Stopping };
}
