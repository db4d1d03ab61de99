using StateServer.Domain.Trees;

namespace StateServer.Domain.Sessions;

/// <summary>A session ordered by its last use.</summary>
internal readonly record struct SessionByUse(Session Session) : ITreeItem<SessionByUse, SessionUse>
{
    public static int Compare(in SessionUse probe, SessionByUse item)
    {
        var order = probe.Place.CompareTo(item.Session.LastUse);
        return order != 0 ? order : probe.Session.CompareTo(item.Session.Id);
    }

    public static int SharedPrefix(SessionByUse low, SessionByUse high) => 0;

    public static int ComparePrefix(in SessionUse probe, SessionByUse item, int length) => 0;

    public static ulong Hint(SessionByUse item, int skip) => (ulong)item.Session.LastUse;

    public static ulong Hint(in SessionUse probe, int skip) => (ulong)probe.Place;
}
