using System.Collections.Immutable;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Reports;

/// <summary>
/// Tells when <c>status</c> has something new to show: each endpoint tells of changes among the members, and a watch on the
/// reserved prefix of those in the model. However much happens, at most one signal waits. For one reader.
/// </summary>
internal sealed class StatusSignals : IAsyncDisposable
{
    /// <summary>Before an endpoint that can't be reached is tried again, and a watch that ended is begun anew.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly CancellationTokenSource _end;
    private readonly TimeProvider _time;
    private readonly Task _following;

    /// <summary>Begins to listen.</summary>
    /// <param name="endpoints">Client addresses, as URLs.</param>
    /// <param name="client">For the watch; null for none.</param>
    /// <param name="prefix">The keys of the model.</param>
    /// <param name="time">For the waits between attempts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public StatusSignals(
        ImmutableArray<string> endpoints, StateServerClient? client, string prefix, TimeProvider time, CancellationToken cancellationToken)
    {
        _time = time;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _following = Task.WhenAll(
            endpoints.Select(MembersAsync).Append(client is null ? Task.CompletedTask : ModelAsync(client, prefix)));
    }

    /// <summary>Waits for the next signal.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or it was ended.</exception>
    public async Task NextAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellationToken);
        await _signals.Reader.ReadAsync(either.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _following;
        _end.Dispose();
    }

    private async Task MembersAsync(string url)
    {
        using var channel = GrpcChannel.ForAddress(
            url,
            new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler
                {
                    UseProxy = false,

                    // A host that is cut off or frozen is noticed by its silence.
                    KeepAlivePingDelay = Retry,
                    KeepAlivePingTimeout = Retry * 3,
                },
                DisposeHttpClient = true,
            });
        bool wasHeard = true;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var call = new Cluster.ClusterClient(channel).WatchStatus(new GetStatusRequest(), cancellationToken: _end.Token);
                while (await call.ResponseStream.MoveNext(_end.Token))
                {
                    wasHeard = true;
                    Signal();
                }
            }
            catch (Exception failure) when (failure is RpcException or OperationCanceledException)
            {
                // It is asked again below; that it can't be reached is itself news, once.
            }

            if (wasHeard)
            {
                wasHeard = false;
                Signal();
            }

            await PauseAsync();
        }
    }

    private async Task ModelAsync(StateServerClient client, string prefix)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await foreach (var update in client.WatchPrefixAsync(prefix, cancellationToken: _end.Token))
                {
                    Signal();
                }
            }
            catch (Exception failure) when (failure is StateServerException or OperationCanceledException)
            {
                // Compacted, or refused by a member that must not serve: what happened meanwhile is read anew.
            }

            await PauseAsync();
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private async Task PauseAsync() =>
        await Task.Delay(Retry, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
