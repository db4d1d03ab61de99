using System.Collections.Immutable;
using System.Security.Cryptography;

namespace StateServer.Placement.Reconciliation.Launching;

/// <summary>What an attempt's record keeps of the bytes that its instance was given.</summary>
internal static class UserDataHash
{
    /// <summary>SHA-256, 64 small hexadecimal digits.</summary>
    public static string Of(ImmutableArray<byte> userData) => Convert.ToHexStringLower(SHA256.HashData(userData.AsSpan()));
}
