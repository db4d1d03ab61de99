using System.Buffers.Text;
using System.Text;
using Google.Protobuf;

namespace StateServer.Bench.Load;

/// <summary>The keys and values that all workloads use.</summary>
internal static class Keys
{
    /// <summary>Bytes of every value written.</summary>
    public const int ValueBytes = 256;

    /// <summary>Digits of the numbers in keys, so that all have the same length.</summary>
    public const int Digits = 10;

    public static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>The exclusive end of the range of all keys that start with <paramref name="prefix"/> (ASCII).</summary>
    public static ByteString PrefixEnd(string prefix)
    {
        byte[] end = Encoding.ASCII.GetBytes(prefix);
        end[^1]++;
        return ByteString.CopyFrom(end);
    }

    /// <summary>A key with a number of <see cref="Digits"/> digits at its end, to be rewritten by <see cref="SetNumber"/>.</summary>
    public static byte[] Numbered(string prefix) => Encoding.ASCII.GetBytes(prefix + new string('0', Digits));

    /// <summary>Writes the number into the key's last digits.</summary>
    public static void SetNumber(byte[] key, long number) =>
        Utf8Formatter.TryFormat(number, key.AsSpan(key.Length - Digits), out _, new System.Buffers.StandardFormat('D', Digits));

    /// <summary>A value that doesn't compress.</summary>
    public static ByteString RandomValue(Random random)
    {
        byte[] value = new byte[ValueBytes];
        random.NextBytes(value);
        return UnsafeByteOperations.UnsafeWrap(value);
    }
}
