using System.Text;

namespace StateServer.Domain.Keyspace;

/// <summary>
/// The keys under <see cref="KeyspaceState.ReservedPrefix"/>, which clients may only read. A put of one, and a delete of a range
/// that lies wholly inside, is refused; a delete of a wider range takes the clients' keys and leaves these.
/// </summary>
internal static class ReservedKeys
{
    private static readonly byte[] First = Encoding.ASCII.GetBytes(KeyspaceState.ReservedPrefix);
    private static readonly byte[] End = EndOf(First);

    public static bool Holds(Key key) => key.Span.StartsWith(First);

    /// <summary>True when every key that the range could name is reserved.</summary>
    public static bool HoldsAll(KeyRange range) =>
        Holds(range.Start) && (range.IsSingle || (!range.IsOpenEnded && range.End.Span.SequenceCompareTo(End) <= 0));

    private static byte[] EndOf(byte[] prefix)
    {
        var end = (byte[])prefix.Clone();
        end[^1]++;
        return end;
    }
}
