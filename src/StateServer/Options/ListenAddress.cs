using System.Globalization;
using System.Net;

namespace StateServer.Options;

/// <summary>Where a port is opened.</summary>
/// <param name="Address">The address of an interface, or any.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>True where it stands for all interfaces, and so can't be dialled.</summary>
    public bool IsAny => Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

    /// <summary>Parses <c>IP:PORT</c>, <c>[IPv6]:PORT</c>, <c>localhost:PORT</c> or <c>*:PORT</c>.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out ListenAddress? address)
    {
        address = null;
        const string right = "give IP:PORT, such as 127.0.0.1:2379";
        int colon = text.LastIndexOf(':');
        if (colon <= 0)
        {
            return $"'{text}' is no address; {right}";
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < 1 or > 65535)
        {
            return $"'{text}' has no port from 1 to 65535; {right}";
        }

        string host = text[..colon];
        IPAddress? ip = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            _ when host.StartsWith('[') == host.Contains(':', StringComparison.Ordinal)
                && IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? parsed) => parsed,
            _ => null,
        };
        if (ip is null)
        {
            return $"'{host}' is no IP address of this machine; {right}";
        }

        address = new ListenAddress(ip, port);
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
