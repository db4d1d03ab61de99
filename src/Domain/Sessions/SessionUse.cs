using StateServer.Domain.Identity;

namespace StateServer.Domain.Sessions;

/// <summary>A session's place in the order of use. Two sessions share a place in the log where a request of one opened the other.</summary>
internal readonly record struct SessionUse(long Place, SessionId Session)
{
    public static SessionUse Of(Session session) => new(session.LastUse, session.Id);
}
