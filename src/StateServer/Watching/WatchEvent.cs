using StateServer.Domain.Events;

namespace StateServer.Watching;

/// <summary>
/// A change on its way to watchers: one object for all of them, which keeps the bytes that it was encoded to. Thread-safe.
/// </summary>
/// <param name="change">The change.</param>
internal sealed class WatchEvent(KeyEvent change)
{
    /// <summary>What one takes beside its keys and values, about: this object, the head of the array that it is encoded to, and its place in a batch.</summary>
    public const int OverheadBytes = 144;

    private byte[]? _plain;
    private byte[]? _withPrevious;

    /// <summary>The change.</summary>
    public KeyEvent Change { get; } = change;

    /// <summary>The main revision of the change.</summary>
    public long Revision => Change.Current.ModRevision.Value;

    /// <summary>Bytes of the keys and values in it: about what it takes on the wire.</summary>
    public int SizeBytes { get; } = Measure(change);

    /// <summary>The filter that would leave it out.</summary>
    public WatchFilter Kind => Change.IsDelete ? WatchFilter.NoDelete : WatchFilter.NoPut;

    /// <summary>What it is encoded to, once with and once without the version before it; two that begin at once may both do it.</summary>
    public byte[] Encoded(bool withPrevious, Func<KeyEvent, bool, byte[]> encode)
    {
        if (withPrevious && Change.Previous is not null)
        {
            return _withPrevious ??= encode(Change, true);
        }

        return _plain ??= encode(Change, false);
    }

    private static int Measure(in KeyEvent change) =>
        change.Current.Key.Length + change.Current.Value.Length
        + (change.Previous is { } previous ? previous.Key.Length + previous.Value.Length : 0);
}
