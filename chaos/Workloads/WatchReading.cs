using Google.Protobuf;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>Makes of keys and events as they come from members what histories hold.</summary>
internal static class WatchReading
{
    /// <summary>Longer values are kept by what tells them apart.</summary>
    private const int MostValueBytes = 64;

    public static KeyVersion Version(KeyValue key) => new(Text(key.Value), key.CreateRevision, key.ModRevision, key.Version);

    public static KeyChange Change(Event change)
    {
        KeyVersion? before = change.PrevKv is { } previous ? Version(previous) : null;
        KeyVersion? now = change.Type == Event.Types.EventType.Put ? Version(change.Kv) : null;
        return new KeyChange(change.Kv.ModRevision, change.Kv.Key.ToStringUtf8(), now, before);
    }

    public static PastRead Read(long revision, RangeResponse response) =>
        new(revision, response.Kvs.ToDictionary(kv => kv.Key.ToStringUtf8(), Version));

    /// <summary>A value, or the beginning of a long one (up to a blank) with its length and a hash of it all, good within this process.</summary>
    public static string Text(ByteString value)
    {
        if (value.Length <= MostValueBytes)
        {
            return value.ToStringUtf8();
        }

        var hash = new HashCode();
        hash.AddBytes(value.Span);
        int blank = value.Span[..MostValueBytes].IndexOf((byte)' ');
        string beginning = System.Text.Encoding.UTF8.GetString(value.Span[..Math.Max(0, blank)]);
        return $"{beginning} of {value.Length} bytes, {hash.ToHashCode():x8}";
    }
}
