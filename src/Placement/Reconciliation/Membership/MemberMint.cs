using System.Buffers.Binary;
using System.Security.Cryptography;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>
/// Makes the ids and names of newcomers: random, and none that is known to have been used. An id of two minds that is proposed
/// twice is refused the second time. Thread-safe where its source is.
/// </summary>
/// <param name="random">Makes 64 random bits.</param>
internal sealed class MemberMint(Func<ulong> random)
{
    /// <summary>Without vowels, and without what looks alike: no words, no doubt on the phone.</summary>
    private const string Letters = "bcdfghjkmnpqrstvwxz2456789";

    private const int NameLength = 6;

    /// <summary>From the system's source of randomness.</summary>
    public static MemberMint System { get; } = new(() =>
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    });

    /// <summary>An id that no member has or had.</summary>
    public NodeId Id(MembershipSight sight)
    {
        while (true)
        {
            NodeId id = new(random());
            if (!id.IsNone
                && !sight.Members.ContainsKey(id)
                && !sight.Membership.Standings.ContainsKey(id)
                && !sight.Membership.Tombstones.Contains(id))
            {
                return id;
            }
        }
    }

    /// <summary>A name that no member has: <c>server-</c> and six letters.</summary>
    public string Name(MembershipSight sight)
    {
        while (true)
        {
            var bits = random();
            var letters = new char[NameLength];
            for (var at = 0; at < letters.Length; at++)
            {
                letters[at] = Letters[(int)(bits % (ulong)Letters.Length)];
                bits /= (ulong)Letters.Length;
            }

            var name = $"server-{new string(letters)}";
            if (sight.Members.Values.All(member => member.Name != name) && sight.Membership.Standings.Values.All(standing => standing.Name != name))
            {
                return name;
            }
        }
    }
}
