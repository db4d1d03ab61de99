using System.Threading.Channels;
using Grpc.Core;
using StateServer.Consensus.Leases;
using StateServer.Consensus.Reads;
using StateServer.Domain.Identity;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// One stream of keep-alives. They are answered in the order they came; those that wait share quorum rounds, so that a client
/// with thousands of leases on one stream pays for a few of them.
/// </summary>
/// <param name="leases">Who renews.</param>
/// <param name="headers">Who answers.</param>
internal sealed class KeepAliveExchange(ILeaseTimes leases, ResponseHeaders headers)
{
    /// <summary>Keep-alives of one stream under way at once; what comes beyond stays in the connection's window.</summary>
    internal const int MostUnderWay = 512;

    private readonly Channel<(Wire.LeaseKeepAliveResponse Response, Task<LeaseTime?> Renewal)> _underWay =
        Channel.CreateBounded<(Wire.LeaseKeepAliveResponse, Task<LeaseTime?>)>(
            new BoundedChannelOptions(MostUnderWay) { SingleReader = true, SingleWriter = true });

    /// <summary>Answers until the client ends the stream.</summary>
    /// <exception cref="ReadRefusedException">A keep-alive could not be decided.</exception>
    public async Task RunAsync(
        IAsyncStreamReader<Wire.LeaseKeepAliveRequest> requests,
        IServerStreamWriter<Wire.LeaseKeepAliveResponse> responses,
        CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = AnswerAsync(responses, end);
        try
        {
            while (await requests.MoveNext(end.Token))
            {
                await _underWay.Writer.WriteAsync(Begin(new LeaseId(requests.Current.ID), end.Token), end.Token);
            }
        }
        catch (Exception e) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The answers failed first, and that is what is told.
        }
        catch
        {
            await end.CancelAsync();
            throw;
        }
        finally
        {
            _underWay.Writer.TryComplete();
            await answering;
        }
    }

    /// <summary>The header comes first: its revision is none at which the lease might have been gone already, as in etcd.</summary>
    private (Wire.LeaseKeepAliveResponse Response, Task<LeaseTime?> Renewal) Begin(LeaseId lease, CancellationToken cancellationToken) =>
        (new() { Header = headers.Current(), ID = lease.Value }, leases.RenewAsync(lease, cancellationToken).AsTask());

    private async Task AnswerAsync(IServerStreamWriter<Wire.LeaseKeepAliveResponse> responses, CancellationTokenSource end)
    {
        try
        {
            await foreach (var (response, renewal) in _underWay.Reader.ReadAllAsync(end.Token))
            {
                response.TTL = (await renewal)?.GrantedSeconds ?? 0;
                await responses.WriteAsync(response, end.Token);
            }
        }
        catch
        {
            await end.CancelAsync();
            throw;
        }
        finally
        {
            while (_underWay.Reader.TryRead(out var left))
            {
                _ = left.Renewal.ContinueWith(
                    static renewal => renewal.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }
}
