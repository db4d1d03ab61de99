using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StateServer.Agent;

/// <summary>The ports that an agent gives to its units.</summary>
/// <param name="First">The first, from 1.</param>
/// <param name="Last">The last, up to 65535.</param>
internal readonly record struct PortRange(int First, int Last)
{
    private const int Highest = 65535;

    /// <summary>Reads such as <c>40000-40999</c>.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryParse(string text, out PortRange range)
    {
        string[] ends = text.Split('-');
        range = default;
        if (ends.Length == 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && first >= 1 && first <= last && last <= Highest)
        {
            range = new PortRange(first, last);
            return null;
        }

        return $"'{text}' is no range of ports; give FIRST-LAST from 1 to {Highest}, such as 40000-40999";
    }

    /// <summary>The lowest port that none of our units has and nobody else listens on.</summary>
    /// <param name="taken">Our units' ports.</param>
    /// <returns>Null where there is none.</returns>
    public int? Take(IReadOnlySet<int> taken)
    {
        for (int port = First; port <= Last; port++)
        {
            if (!taken.Contains(port) && IsFree(port))
            {
                return port;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Any, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
