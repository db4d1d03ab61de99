using System.Collections.Immutable;
using System.CommandLine;

namespace StateServer.Cli;

/// <summary>The flag <c>--endpoints</c> of the verbs that ask a running cluster.</summary>
internal static class EndpointOption
{
    /// <summary>Where nothing says otherwise: etcd's port on this machine.</summary>
    public const string DefaultEndpoint = "127.0.0.1:2379";

    /// <summary>Makes it.</summary>
    public static Option<string?> Make() => new("--endpoints")
    {
        Description = $"Client addresses, comma-separated. Default: those of the environment or local cluster, or {DefaultEndpoint}.",
        HelpName = "LIST",
    };

    /// <summary>The addresses given.</summary>
    /// <exception cref="VerbFailedException">One is no address.</exception>
    public static ImmutableArray<string> Read(string given)
    {
        ImmutableArray<string> endpoints = [.. given.Split(',', StringSplitOptions.TrimEntries)];
        ImmutableArray<string> wrong =
        [
            .. endpoints
                .Where(e => !Uri.TryCreate(Url(e), UriKind.Absolute, out Uri? url)
                    || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
                .Select(e => $"--endpoints: '{e}' is no address; give host:port, such as {DefaultEndpoint}"),
        ];
        return wrong.IsEmpty ? endpoints : throw new VerbFailedException(ExitCode.WrongUse, wrong);
    }

    /// <summary>An address as a URL.</summary>
    public static string Url(string endpoint) =>
        endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : $"http://{endpoint}";
}
