using System.Globalization;
using System.Text;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;

namespace StateServer.Ownership;

/// <summary>The keys of claims, as etcd's concurrency package makes them, so that its clients and ours queue with each other.</summary>
internal static class ClaimKeys
{
    /// <summary>What all places for a name begin with.</summary>
    public static Key Prefix(ReadOnlySpan<byte> name) => new([.. name, (byte)'/']);

    /// <summary>The place of a lease: its number in hexadecimal, as Go prints it.</summary>
    public static Key Place(Key prefix, LeaseId lease)
    {
        var digits = unchecked((ulong)(lease.Value < 0 ? -lease.Value : lease.Value)).ToString("x", CultureInfo.InvariantCulture);
        return new([.. prefix.Memory.Span, .. Encoding.ASCII.GetBytes(lease.Value < 0 ? $"-{digits}" : digits)]);
    }

    /// <summary>All places below a prefix; it ends with a slash, whose successor is a digit.</summary>
    public static KeyRange Below(Key prefix)
    {
        byte[] end = [.. prefix.Memory.Span];
        end[^1]++;
        return new KeyRange(prefix, new Key(end));
    }

    /// <summary>One key.</summary>
    public static KeyRange One(Key key) => new(key, default);
}
