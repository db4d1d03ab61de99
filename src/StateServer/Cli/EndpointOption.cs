using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>The flag <c>--endpoints</c> of the verbs that ask a running cluster.</summary>
internal static class EndpointOption
{
    private const string DefaultEndpoint = "127.0.0.1:2379";

    /// <summary>Makes it.</summary>
    public static Option<string?> Make() => new("--endpoints")
    {
        Description = $"Client addresses, comma-separated. Default: the local cluster's, or {DefaultEndpoint}.",
        HelpName = "LIST",
    };

    /// <summary>The addresses given, or those of the local cluster.</summary>
    /// <exception cref="VerbFailedException">One is no address.</exception>
    public static ImmutableArray<string> Read(string? given, LocalRoot root)
    {
        if (given is null)
        {
            return [.. (LocalCluster.Read(root.Path)?.Endpoints ?? DefaultEndpoint).Split(',')];
        }

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
