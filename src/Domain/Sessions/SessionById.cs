using StateServer.Domain.Identity;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Sessions;

/// <summary>A session ordered by its id, which is never negative.</summary>
internal readonly record struct SessionById(Session Session) : ITreeItem<SessionById, SessionId>
{
    public static int Compare(in SessionId probe, SessionById item) => probe.CompareTo(item.Session.Id);

    public static int SharedPrefix(SessionById low, SessionById high) => 0;

    public static int ComparePrefix(in SessionId probe, SessionById item, int length) => 0;

    public static ulong Hint(SessionById item, int skip) => (ulong)Math.Max(0, item.Session.Id.Value);

    public static ulong Hint(in SessionId probe, int skip) => (ulong)Math.Max(0, probe.Value);
}
