namespace StateServer.Consensus.Membership;

/// <summary>What a member's address looks like: host:port, the host a name or an IP address (one of version 6 in brackets).</summary>
internal static class PeerAddress
{
    /// <summary>Longer than any host name that can be (RFC 1035: 253), and its port.</summary>
    private const int MaxLength = 260;

    /// <summary>True for an address that can be dialled.</summary>
    public static bool IsValid(string address)
        => address.Length <= MaxLength
        && address.LastIndexOf(':') is > 0 and var colon
        && ushort.TryParse(address.AsSpan(colon + 1), out var port) && port > 0;

    /// <summary>Its two parts.</summary>
    /// <param name="address">A valid one.</param>
    public static (string Host, int Port) Parts(string address)
    {
        var colon = address.LastIndexOf(':');
        return (address[..colon].Trim('[', ']'), ushort.Parse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
    }
}
