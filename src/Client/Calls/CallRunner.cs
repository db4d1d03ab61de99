using Grpc.Core;
using StateServer.Client.Endpoints;
using StateServer.Client.Failures;

namespace StateServer.Client.Calls;

/// <summary>
/// Runs one call: on the member in use, again on another where that is safe, never longer than its time or more often than
/// its attempts. Thread-safe.
/// </summary>
internal sealed class CallRunner(EndpointPool pool, ClientOptions options, TimeProvider time, Func<double> random)
{
    private readonly Backoff _backoff = new(options.BackoffLow, options.BackoffHigh, time, random);

    /// <summary>Runs a call until it is answered, refused for good, or out of time or attempts.</summary>
    /// <param name="send">Sends it.</param>
    /// <param name="metadata">The metadata of the next attempt, or null for none.</param>
    /// <param name="kind">When it may be repeated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestRefusedException">Not executed (of a read: not answered).</exception>
    /// <exception cref="OutcomeUnknownException">A write that may have been executed; also where it was cancelled after it was sent.</exception>
    /// <exception cref="OutcomeForgottenException">A write that was executed, whose answer is lost.</exception>
    /// <exception cref="SessionLostException">A write of a session that the server doesn't know; not executed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; of a write: before it was sent.</exception>
    internal async Task<TResponse> RunAsync<TResponse>(
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> send,
        Func<Metadata>? metadata,
        CallKind kind,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.CallTimeout, time);
        using var call = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var isUnknown = false;
        StateServerException last;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AttemptAsync(send, metadata?.Invoke(), kind, call.Token);
            }
            catch (AttemptFailedException failed)
            {
                last = Conclude(failed, kind, isUnknown);
                isUnknown |= failed.Judgement.Execution == Execution.Unknown;
                if (!failed.MayRepeat(kind) || attempt >= options.MaxAttempts || call.IsCancellationRequested)
                {
                    break;
                }
            }
            catch (OperationCanceledException)
            {
                last = NotSent(kind, isUnknown, cancellationToken);
                break;
            }

            try
            {
                await _backoff.WaitAsync(attempt, call.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        if (!isUnknown || kind == CallKind.Read)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw last;
    }

    private async Task<TResponse> AttemptAsync<TResponse>(
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> send,
        Metadata? metadata,
        CallKind kind,
        CancellationToken cancellationToken)
    {
        EndpointConnection connection;
        try
        {
            connection = await pool.AcquireAsync(cancellationToken);
        }
        catch (RequestRefusedException refused)
        {
            throw new AttemptFailedException(
                refused.Code, refused.Message, new AttemptFailure(Execution.No, IsTransient: true, IsSessionLost: false), refused);
        }

        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeout = kind == CallKind.Write ? null : new CancellationTokenSource(options.AttemptTimeout, time);
        using var registration = timeout?.Token.Register(attempt.Cancel);
        try
        {
            using var call = send(connection.Invoker, new CallOptions(metadata, cancellationToken: attempt.Token));
            return await call.ResponseAsync;
        }
        catch (RpcException failure)
        {
            var judgement = AttemptFailure.Of(failure);
            if (judgement.IsTransient && failure.StatusCode != StatusCode.ResourceExhausted)
            {
                pool.Avoid(connection);
            }

            throw new AttemptFailedException(
                failure.StatusCode, $"{connection.Endpoint}: {failure.Status.Detail}", judgement, failure);
        }
    }

    /// <summary>What to tell the caller if this attempt stays the last.</summary>
    private static StateServerException Conclude(AttemptFailedException failed, CallKind kind, bool wasUnknown)
    {
        var judgement = failed.Judgement;
        if (kind != CallKind.Read)
        {
            if (judgement.Execution == Execution.Yes)
            {
                return new OutcomeForgottenException(failed.Message, failed.InnerException);
            }

            if (judgement.IsSessionLost && !wasUnknown)
            {
                return new SessionLostException(failed.Message, failed.InnerException);
            }

            // A refusal for good is the session's own first answer; one in passing says nothing of an earlier attempt.
            if (judgement.Execution == Execution.Unknown || (wasUnknown && judgement.IsTransient))
            {
                return new OutcomeUnknownException(failed.Code, failed.Message, failed.InnerException);
            }
        }

        return new RequestRefusedException(failed.Code, failed.Message, failed.InnerException);
    }

    private StateServerException NotSent(CallKind kind, bool wasUnknown, CancellationToken cancellationToken)
    {
        var (code, message) = cancellationToken.IsCancellationRequested
            ? (StatusCode.Cancelled, "the call was cancelled by its caller")
            : (StatusCode.DeadlineExceeded, $"no answer within {options.CallTimeout}");
        return wasUnknown && kind != CallKind.Read
            ? new OutcomeUnknownException(code, message)
            : new RequestRefusedException(code, message);
    }
}
