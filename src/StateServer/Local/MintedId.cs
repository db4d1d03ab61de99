using System.Buffers.Binary;
using System.Security.Cryptography;

namespace StateServer.Local;

/// <summary>New ids for clusters and members: random, 64 bits, never zero (DESIGN.md, Members).</summary>
internal static class MintedId
{
    /// <summary>The next one, from the system's source of randomness. Thread-safe.</summary>
    public static ulong Next()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            ulong id = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (id != 0)
            {
                return id;
            }
        }
    }
}
