using System.Buffers.Binary;

namespace StateServer.Domain.Keyspace.Versions;

/// <summary>The first eight bytes of a key behind a prefix as one number, so that the order of numbers is the order of bytes.</summary>
internal static class KeyHint
{
    public static ulong Of(ReadOnlySpan<byte> key, int skip)
    {
        var rest = key[skip..];
        if (rest.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(rest);
        }

        ulong hint = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            hint |= (ulong)rest[i] << (56 - (8 * i));
        }

        return hint;
    }
}
