using System.Collections.Immutable;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Cli;
using StateServer.Client;
using StateServer.Consensus.Snapshots;
using StateServer.Protos.Etcd;

namespace StateServer.Snapshots;

/// <summary>Fetches a snapshot from whichever of the members gives one, followers first, and puts it in a file. Used once; not thread-safe.</summary>
/// <param name="endpoints">Client addresses.</param>
/// <param name="local">Take one that no quorum confirmed, too.</param>
internal sealed class SnapshotDownload(ImmutableArray<string> endpoints, bool local)
{
    /// <summary>What a member is given to say whether it leads.</summary>
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long nothing may come: a member first measures its state, a second or so for a million keys.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    private readonly List<string> _failures = [];

    /// <summary>Saves it.</summary>
    /// <returns>Who gave it, and the file's bytes.</returns>
    /// <exception cref="VerbFailedException">No member gave one, or it was interrupted; no file was made or changed.</exception>
    /// <exception cref="IOException">The file can't be written; it wasn't made or changed.</exception>
    public async Task<(string Endpoint, long Bytes)> SaveAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string endpoint in await FollowersFirstAsync(cancellationToken))
            {
                if (await TrySaveAsync(endpoint, path, cancellationToken) is { } bytes)
                {
                    return (endpoint, bytes);
                }
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException or RpcException)
        {
            throw new VerbFailedException(ExitCode.Interrupted, "interrupted; no file was made or changed");
        }

        throw new VerbFailedException(ExitCode.Failed, [.. _failures]);
    }

    private async Task<IEnumerable<string>> FollowersFirstAsync(CancellationToken cancellationToken)
    {
        bool[] leads = await Task.WhenAll(endpoints.Select(e => LeadsAsync(e, cancellationToken)));
        return endpoints.Select((e, i) => (Endpoint: e, Leads: leads[i])).OrderBy(e => e.Leads).Select(e => e.Endpoint);
    }

    /// <summary>True too where it doesn't answer or isn't healthy: it is tried last.</summary>
    private async Task<bool> LeadsAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (endpoints.Length == 1)
        {
            return false;
        }

        using GrpcChannel channel = Channel(endpoint);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(AskTimeout);
        try
        {
            StatusResponse status = await new Maintenance.MaintenanceClient(channel).StatusAsync(
                new StatusRequest(), cancellationToken: limited.Token);
            return status.Leader == status.Header.MemberId || status.Leader == 0 || status.IsLearner;
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>Null where this member gave none; why is among the failures.</summary>
    private async Task<long?> TrySaveAsync(string endpoint, string path, CancellationToken cancellationToken)
    {
        using GrpcChannel channel = Channel(endpoint);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Silence);
        using var call = new Maintenance.MaintenanceClient(channel).Snapshot(new SnapshotRequest(), cancellationToken: limited.Token);
        try
        {
            Metadata headers = await call.ResponseHeadersAsync;
            if (!local && headers.GetValue(CallMetadata.SnapshotComplete) == CallMetadata.SnapshotCompleteUnknown)
            {
                _failures.Add(
                    $"{endpoint}: it has no leader or no quorum, so what it holds may lack writes that were acknowledged; "
                    + "give --local to save it all the same");
                return null;
            }

            using var file = new SavedSnapshotFile(path);
            await foreach (SnapshotResponse piece in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                limited.CancelAfter(Silence);
                file.Append(piece.Blob.Span);
            }

            file.Commit();
            return file.Bytes;
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            _failures.Add($"{endpoint}: {(limited.IsCancellationRequested ? $"nothing came for {Silence.TotalSeconds} s" : Reason(exception))}");
        }
        catch (SavedSnapshotException exception)
        {
            _failures.Add($"{endpoint}: what came is not whole: {exception.Message}");
        }

        return null;
    }

    private static GrpcChannel Channel(string endpoint) => GrpcChannel.ForAddress(
        EndpointOption.Url(endpoint),
        new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
        });

    private static string Reason(RpcException exception)
    {
        Exception? innermost = exception.Status.DebugException;
        while (innermost?.InnerException is { } inner)
        {
            innermost = inner;
        }

        return innermost?.Message ?? exception.Status.Detail;
    }
}
