namespace StateServer.Client.Endpoints;

/// <summary>The address of one member's client port.</summary>
/// <param name="Address">An absolute http URI without a path.</param>
public sealed record Endpoint(Uri Address)
{
    /// <summary>Reads <c>host:port</c> or <c>http://host:port</c>.</summary>
    /// <exception cref="ArgumentException">It is neither; the message says what would be right.</exception>
    public static Endpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var withScheme = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(withScheme, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttp && uri.Host.Length > 0 && uri.PathAndQuery == "/" && HasPort(withScheme, uri)
            ? new Endpoint(uri)
            : throw new ArgumentException(
                $"'{text}' is no endpoint: use host:port or http://host:port, such as 127.0.0.1:2379", nameof(text));
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Address.Host}:{Address.Port}";

    private static bool HasPort(string text, Uri uri) =>
        !uri.IsDefaultPort || text.TrimEnd('/').EndsWith(":80", StringComparison.Ordinal);
}
