using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using StateServer.Domain.Alarms;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Leases;
using StateServer.Domain.Membership;

namespace StateServer.Domain.Digests;

/// <summary>
/// The 64-bit hash that each entity of the state contributes to the digest. A digest is the sum of its entities' hashes modulo
/// 2⁶⁴ (a multiset hash by addition: Bellare and Micciancio, 1997, with a plain modulus), so that it follows each change in
/// constant time, and a member's order of work can't show in it. It tells faults, not forgeries.
/// </summary>
internal static class EntityHash
{
    private const ulong VersionSeed = 1;
    private const ulong LeaseSeed = 2;
    private const ulong MemberSeed = 3;
    private const ulong AlarmSeed = 4;

    /// <summary>One version of a key, tombstones included.</summary>
    public static ulong Of(KeyValue version)
    {
        Span<byte> numbers = stackalloc byte[5 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, version.CreateRevision.Value);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], version.ModRevision.Value);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], version.SubRevision);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[24..], version.Version);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[32..], version.Lease.Value);
        var hash = StableHash.Of(numbers, VersionSeed);
        hash = StableHash.Of(version.Key.Span, hash);
        return StableHash.Of(version.Value.Span, hash);
    }

    /// <summary>One lease; which keys it holds is part of their versions.</summary>
    public static ulong Of(LeaseRecord lease) =>
        Of(LeaseSeed, lease.Id.Value, lease.TimeToLiveSeconds, lease.GrantedAtMilliseconds);

    /// <summary>One member.</summary>
    public static ulong Of(MemberRecord member)
    {
        var hash = Of(MemberSeed, (long)member.Id.Value, (long)member.Folder.Value, member.HighestFeatureLevel);
        hash = StableHash.Of(member.JoinedAt.ToUnixTimeMilliseconds(), hash);
        hash = Text(member.Name, hash);
        hash = Text(member.Zone.Name, hash);
        hash = Text(member.PeerAddress, hash);
        hash = Text(member.Version, hash);
        ImmutableArray<string> urls = member.ClientUrls.IsDefault ? [] : member.ClientUrls;
        hash = StableHash.Of(urls.Length, hash);
        foreach (var url in urls)
        {
            hash = Text(url, hash);
        }

        return hash;
    }

    /// <summary>One raised alarm.</summary>
    public static ulong Of(NodeId member, AlarmKind alarm) => Of(AlarmSeed, (long)member.Value, (long)alarm, 1);

    /// <summary>Three numbers in a row.</summary>
    public static ulong Of(ulong seed, long first, long second, long third) =>
        StableHash.Of(third, StableHash.Of(second, StableHash.Of(first, seed)));

    private static ulong Text(string text, ulong seed) => StableHash.Of(Encoding.UTF8.GetBytes(text), seed);
}
