using Grpc.Core;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Transport;

/// <summary>
/// The stream of append messages to one follower: opened when it is needed, one message in flight, and given up as a whole
/// when an answer does not come in time, so that a round costs no new call. Not thread-safe, but for <see cref="Abort"/>.
/// </summary>
/// <param name="peer">The follower.</param>
/// <param name="invoker">Leads to it.</param>
/// <param name="connectTimeout">How long the stream may take to open.</param>
/// <param name="retryDelay">After a failure nothing is tried for this long: calls fail at once.</param>
/// <param name="time">The clock.</param>
internal sealed class AppendStream(
    NodeId peer, Func<CallInvoker> invoker, TimeSpan connectTimeout, TimeSpan retryDelay, TimeProvider time) : IDisposable
{
    private OpenCall? _call;
    private ITimer? _timer;
    private long _failedAt;
    private string _failure = "";
    private int _timedOut;
    private volatile bool _isDisposed;

    /// <summary>Sends one message and waits for its answer.</summary>
    /// <exception cref="PeerUnavailableException">No connection, no answer in time, or a refusal.</exception>
    /// <exception cref="OperationCanceledException">The token ended the wait; the stream is given up.</exception>
    public async Task<AppendReply> SendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_failedAt != 0 && time.GetElapsedTime(_failedAt) < retryDelay)
        {
            throw new PeerUnavailableException(peer, _failure);
        }

        var reused = Volatile.Read(ref _call) is not null;
        try
        {
            return await ExchangeAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (reused && IsBroken(exception))
        {
            // A stream that broke since its last use (the follower restarted) says nothing about the follower now.
            Drop();
            cancellationToken.ThrowIfCancellationRequested();
            if (Interlocked.Exchange(ref _timedOut, 0) == 1)
            {
                throw Fail($"no answer within {timeout.TotalMilliseconds:F0} ms", exception);
            }
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            Drop();
            cancellationToken.ThrowIfCancellationRequested();
            throw Fail(Say(exception), exception);
        }

        try
        {
            return await ExchangeAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            Drop();
            cancellationToken.ThrowIfCancellationRequested();
            throw Fail(Say(exception), exception);
        }
    }

    /// <summary>Gives up the message in flight. Thread-safe.</summary>
    public void Abort() => Interlocked.Exchange(ref _call, null)?.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _timer?.Dispose();
        Drop();
    }

    private static bool IsBroken(Exception exception)
        => exception is OperationCanceledException || BrokenStream.Is(exception);

    private static string Say(Exception exception)
        => exception is RpcException rpc ? $"{rpc.StatusCode}: {PeerUnavailableException.ReasonOf(rpc)}" : exception.Message;

    private PeerUnavailableException Fail(string why, Exception exception)
    {
        _failure = why;
        _failedAt = time.GetTimestamp();
        return new(peer, why, exception);
    }

    private async Task<AppendReply> ExchangeAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var call = Volatile.Read(ref _call);
        if (call is null)
        {
            if (_isDisposed)
            {
                throw new IOException("the way to it is closed");
            }

            call = await OpenAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _call, call);
        }

        using (cancellationToken.UnsafeRegister(static stream => ((AppendStream)stream!).Abort(), this))
        {
            _timer ??= time.CreateTimer(
                static stream => ((AppendStream)stream!).TimeOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
            await call.WriteAsync(request).ConfigureAwait(false);
            if (!await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                throw new IOException("the follower ended the stream");
            }

            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        var reply = call.ResponseStream.Current;
        _failedAt = 0;
        return reply.Sequence == request.Sequence
            ? reply
            : throw new IOException($"answer {reply.Sequence} came for message {request.Sequence}");
    }

    private async ValueTask<OpenCall> OpenAsync(CancellationToken cancellationToken)
    {
        var call = new Protos.Peer.Raft.RaftClient(invoker()).Append(cancellationToken: CancellationToken.None);
        try
        {
            await call.ResponseHeadersAsync.WaitAsync(connectTimeout, time, cancellationToken).ConfigureAwait(false);
            return new(call);
        }
        catch (RpcException)
        {
            call.Dispose();
            throw;
        }
        catch (Exception)
        {
            // The headers' task faults when the call is disposed; nobody else looks at it.
            _ = call.ResponseHeadersAsync.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            call.Dispose();
            throw;
        }
    }

    private void TimeOut()
    {
        Interlocked.Exchange(ref _timedOut, 1);
        Abort();
    }

    private void Drop()
    {
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Abort();
    }

    /// <summary>
    /// A call and the end of whatever it waits for. Disposing of a call alone does not end a write where its response is complete already,
    /// as that of a refused one is: the write then waits for ever for the room that a receiver makes who no longer reads.
    /// </summary>
    private sealed class OpenCall(AsyncDuplexStreamingCall<AppendRequest, AppendReply> call) : IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();

        public IAsyncStreamReader<AppendReply> ResponseStream => call.ResponseStream;

        public async Task WriteAsync(AppendRequest request)
        {
            var write = call.RequestStream.WriteAsync(request, _aborted.Token);
            try
            {
                await write.WaitAsync(_aborted.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!write.IsCompleted)
            {
                // It is left behind; nobody else looks at how it fails.
                _ = write.ContinueWith(
                    static task => task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                throw;
            }
        }

        public void Dispose()
        {
            _aborted.Cancel();
            call.Dispose();
        }
    }
}
