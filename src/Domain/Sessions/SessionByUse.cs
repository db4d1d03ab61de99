using StateServer.Domain.Trees;

namespace StateServer.Domain.Sessions;

/// <summary>A session ordered by its last use, which no two share.</summary>
internal readonly record struct SessionByUse(Session Session) : ITreeItem<SessionByUse, long>
{
    public static int Compare(in long probe, SessionByUse item) => probe.CompareTo(item.Session.LastUse);

    public static int SharedPrefix(SessionByUse low, SessionByUse high) => 0;

    public static int ComparePrefix(in long probe, SessionByUse item, int length) => 0;

    public static ulong Hint(SessionByUse item, int skip) => (ulong)item.Session.LastUse;

    public static ulong Hint(in long probe, int skip) => (ulong)probe;
}
