using System.Collections.Immutable;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>What <c>bootstrap</c> and <c>up</c> do alike: an environment's state servers are started, and serve.</summary>
internal static class EnvironmentStart
{
    /// <summary>Starts them, the first where there is none, and waits until each serves or has ended.</summary>
    /// <param name="servers">The state servers.</param>
    /// <param name="patience">How long in all.</param>
    /// <param name="output">Where progress is told.</param>
    /// <param name="cancellationToken">Ends the wait; what was started goes on.</param>
    /// <returns>Those that don't serve though others do, each with the reason.</returns>
    /// <exception cref="LocalFailureException">None serves, or none can be started.</exception>
    public static async Task<ImmutableArray<(LocalServer Server, string Reason)>> ServeAsync(
        LocalServers servers, TimeSpan patience, TextWriter output, CancellationToken cancellationToken)
    {
        ImmutableArray<(LocalServer Server, string Reason)> missing = [];
        await LocalProgress.ShowAsync(output, async say =>
        {
            await servers.StartAsync(say, cancellationToken);
            missing = await servers.WaitAsync(patience, say, cancellationToken);
        });
        return servers.All().Length > missing.Length
            ? missing
            : throw new LocalFailureException(wrongUse: false, [.. missing.Select(one => Line(one.Server, one.Reason))]);
    }

    /// <summary>One of them in a line.</summary>
    public static string Line(LocalServer server, string reason) =>
        server.Runs ? $"{server.Name} does not serve: {reason}; see {server.Machine.LogFile}" : $"{server.Name} {reason}; see {server.Machine.LogFile}";
}
