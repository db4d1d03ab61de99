using System.Globalization;

namespace StateServer.Options;

/// <summary>An address that others dial: a host name or IP address, and a port.</summary>
internal static class HostPort
{
    /// <summary>Null, or what is wrong with the text.</summary>
    public static string? Error(string text)
    {
        int colon = text.LastIndexOf(':');
        bool portIsRight = colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is >= 1 and <= 65535;
        if (!portIsRight || Uri.CheckHostName(text[..colon].Trim('[', ']')) == UriHostNameType.Unknown)
        {
            return $"'{text}' is no address; give host:port, such as 10.0.0.1:2380";
        }

        return text[..colon] is "0.0.0.0" or "[::]" or "::" or "*"
            ? $"'{text}' stands for every interface and can't be dialled; give the address that others reach this member at"
            : null;
    }
}
