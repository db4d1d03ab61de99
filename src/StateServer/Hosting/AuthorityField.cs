using System.Text;

namespace StateServer.Hosting;

/// <summary>
/// The authority in a HEADERS frame (RFC 9113 §6.2, RFC 7541). A URL's <c>http://</c> in front of it is replaced by a label of
/// the same length, in plain and in Huffman-coded bytes alike, so that nothing moves: neither the frame's length nor the size
/// of the entry in the decoder's table; in front of an IPv6 address by hex digits of that address, since Kestrel takes no label
/// there, and digits, however many, it does. The name is never looked at: ports are told by the socket. Pure.
/// </summary>
internal static class AuthorityField
{
    private const byte Padded = 0x8;
    private const byte Prioritized = 0x20;
    private const int PriorityBytes = 5;

    /// <summary>":authority" in HPACK's static table.</summary>
    private const int Authority = 1;

    /// <summary>
    /// What is replaced by what, the longer first: as many bytes, and as many bits in HPACK's Huffman code. x stands for the
    /// colon (7 bits each) and - for the slash (6). The bracket (13) moves to the front, and "http://" (41) becomes six
    /// threes (6) and a nought (5), "https://" (46) two noughts.
    /// </summary>
    private static readonly (string From, string To)[] Prefixes =
    [
        ("http://[", "[3333330"),
        ("https://[", "[33333300"),
        ("http://", "httpx--"),
        ("https://", "httpsx--"),
    ];

    /// <summary>HPACK's Huffman code of the characters in <see cref="Prefixes"/> (RFC 7541, appendix B).</summary>
    private static readonly Dictionary<char, string> Code = new()
    {
        ['h'] = "100111",
        ['t'] = "01001",
        ['p'] = "101011",
        ['s'] = "01000",
        [':'] = "1011100",
        ['/'] = "011000",
        ['['] = "1111111111011",
        ['x'] = "1111001",
        ['-'] = "010110",
        ['3'] = "011001",
        ['0'] = "00000",
    };

    private static readonly (byte[] From, byte[] To)[] Plain =
        [.. Prefixes.Select(p => (Encoding.ASCII.GetBytes(p.From), Encoding.ASCII.GetBytes(p.To)))];

    private static readonly (string From, string To)[] Coded = [.. Prefixes.Select(p => (Bits(p.From), Bits(p.To)))];

    /// <summary>Mends a frame's payload in place.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="flags">The frame's flags.</param>
    /// <returns>True where something was changed. What can't be read is left to who reads it next.</returns>
    public static bool TryMend(Span<byte> payload, byte flags)
    {
        int at = ((flags & Padded) != 0 ? 1 : 0) + ((flags & Prioritized) != 0 ? PriorityBytes : 0);
        while (at < payload.Length)
        {
            byte first = payload[at];
            if ((first & 0x80) != 0)
            {
                // A whole field from a table.
                if (!TryNumber(payload, ref at, 7, out _))
                {
                    return false;
                }
            }
            else if ((first & 0xE0) == 0x20)
            {
                // The table's new size.
                if (!TryNumber(payload, ref at, 5, out _))
                {
                    return false;
                }
            }
            else
            {
                if (!TryNumber(payload, ref at, (first & 0x40) != 0 ? 6 : 4, out int name)
                    || (name == 0 && !TryText(payload, ref at, out _, out _))
                    || !TryText(payload, ref at, out Range value, out bool coded))
                {
                    return false;
                }

                if (name == Authority)
                {
                    return coded ? MendCoded(payload[value]) : MendPlain(payload[value]);
                }
            }
        }

        return false;
    }

    private static string Bits(string text) => string.Concat(text.Select(c => Code[c]));

    private static bool MendPlain(Span<byte> value)
    {
        foreach ((byte[] from, byte[] to) in Plain)
        {
            if (value.StartsWith(from))
            {
                to.CopyTo(value);
                return true;
            }
        }

        return false;
    }

    private static bool MendCoded(Span<byte> value)
    {
        foreach ((string from, string to) in Coded)
        {
            if (value.Length * 8 >= from.Length && StartsWith(value, from))
            {
                for (int bit = 0; bit < to.Length; bit++)
                {
                    byte mask = (byte)(0x80 >> (bit % 8));
                    value[bit / 8] = (byte)(to[bit] == '1' ? value[bit / 8] | mask : value[bit / 8] & ~mask);
                }

                return true;
            }
        }

        return false;
    }

    private static bool StartsWith(ReadOnlySpan<byte> value, string bits)
    {
        for (int bit = 0; bit < bits.Length; bit++)
        {
            if (((value[bit / 8] << (bit % 8)) & 0x80) != 0 != (bits[bit] == '1'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A string literal (RFC 7541 §5.2).</summary>
    private static bool TryText(ReadOnlySpan<byte> block, ref int at, out Range range, out bool coded)
    {
        range = default;
        coded = at < block.Length && (block[at] & 0x80) != 0;
        if (!TryNumber(block, ref at, 7, out int length) || length > block.Length - at)
        {
            return false;
        }

        range = new Range(at, at + length);
        at += length;
        return true;
    }

    /// <summary>An integer with a prefix of so many bits (RFC 7541 §5.1); more than a frame can hold is refused.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> block, ref int at, int prefix, out int number)
    {
        number = 0;
        if (at >= block.Length)
        {
            return false;
        }

        int most = (1 << prefix) - 1;
        number = block[at++] & most;
        if (number < most)
        {
            return true;
        }

        for (int shift = 0; shift <= 14; shift += 7)
        {
            if (at >= block.Length)
            {
                return false;
            }

            byte next = block[at++];
            number += (next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
