using Google.Protobuf;

namespace StateServer.Client;

/// <summary>Ranges by prefix, in the words of etcd's API.</summary>
public static class KeyPrefix
{
    /// <summary>The range end that means "every key from the start on".</summary>
    public static ByteString Unbounded { get; } = ByteString.CopyFrom(0);

    /// <summary>The exclusive end of the keys that begin with <paramref name="prefix"/>: the prefix with its last byte below 255 raised by one.</summary>
    /// <returns><see cref="Unbounded"/> where there is no such byte.</returns>
    public static ByteString End(ByteString prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        for (var last = prefix.Length - 1; last >= 0; last--)
        {
            if (prefix[last] < byte.MaxValue)
            {
                var end = prefix.Span[..(last + 1)].ToArray();
                end[last]++;
                return UnsafeByteOperations.UnsafeWrap(end);
            }
        }

        return Unbounded;
    }
}
