using System.Collections.Immutable;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Protos.Operator;

namespace StateServer.Reports;

/// <summary>Asks members for the cluster's status, all at once, and takes the answer that knows most.</summary>
internal static class StatusQuery
{
    /// <summary>What a member is given to ask the others; a local answer takes milliseconds, a dead host never answers.</summary>
    public static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Beyond <see cref="AskTimeout"/>: connecting, and a busy machine.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(3);

    /// <summary>Asks.</summary>
    /// <param name="endpoints">Client addresses, host:port or URLs.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The best report, or null and why each endpoint gave none.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<(ClusterReport? Report, ImmutableArray<string> Errors)> AskAsync(
        IReadOnlyCollection<string> endpoints, CancellationToken cancellationToken)
    {
        (ClusterReport? Report, string Error)[] answers =
            await Task.WhenAll(endpoints.Select(e => AskOneAsync(e, cancellationToken)));
        return (Best(answers.Select(a => a.Report).OfType<ClusterReport>()),
            [.. answers.Where(a => a.Report is null).Select(a => a.Error)]);
    }

    /// <summary>The report that knows a leader, then of the highest term, then of most members alive, then of the highest revision.</summary>
    internal static ClusterReport? Best(IEnumerable<ClusterReport> reports) => reports
        .OrderByDescending(r => r.Cluster.Leader is not null)
        .ThenByDescending(r => r.Cluster.Term)
        .ThenByDescending(r => r.Cluster.VotersAlive)
        .ThenByDescending(r => r.Cluster.Revision)
        .FirstOrDefault();

    private static async Task<(ClusterReport? Report, string Error)> AskOneAsync(string endpoint, CancellationToken cancellationToken)
    {
        string url = endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : $"http://{endpoint}";
        using var channel = GrpcChannel.ForAddress(
            url, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(AskTimeout + Allowance);
        try
        {
            GetStatusResponse response = await new Cluster.ClusterClient(channel).GetStatusAsync(
                new GetStatusRequest { TimeoutMilliseconds = (uint)AskTimeout.TotalMilliseconds },
                cancellationToken: limited.Token);
            return (StatusMessages.FromMessage(response), "");
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"{endpoint}: {Reason(exception)}");
        }
    }

    private static string Reason(RpcException exception)
    {
        Exception? innermost = exception.Status.DebugException;
        while (innermost?.InnerException is { } inner)
        {
            innermost = inner;
        }

        return exception.StatusCode switch
        {
            StatusCode.Cancelled or StatusCode.DeadlineExceeded => "no answer in time",
            StatusCode.Unimplemented => "it answers, but is no StateServer member's client port",
            _ => innermost?.Message ?? exception.Status.Detail,
        };
    }
}
