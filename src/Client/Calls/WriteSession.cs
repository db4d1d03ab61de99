using System.Globalization;
using Grpc.Core;
using StateServer.Client.Failures;
using StateServer.Protos.Client;

namespace StateServer.Client.Calls;

/// <summary>
/// Sends writes under a session, so that each is executed once however often it is sent. The session is opened by the first
/// write, and anew after the server has forgotten it. Thread-safe.
/// </summary>
internal sealed class WriteSession(CallRunner runner, ClientOptions options) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private RequestSequence? _sequence = options.Resumed is { } resumed
        ? new RequestSequence(resumed.Session, options.MaxSessionWrites, resumed.Sequence)
        : null;

    /// <summary>Writes whose outcome nobody has seen: the session is needed for them.</summary>
    private int _owed = options.Resumed is null ? 0 : 1;

    /// <summary>Runs one write.</summary>
    /// <exception cref="StateServerException">As <see cref="CallRunner"/> throws it.</exception>
    internal async Task<TResponse> RunAsync<TResponse>(
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> send, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var sequence = await OpenAsync(cancellationToken);
            var number = await sequence.BeginAsync(cancellationToken);
            try
            {
                var answer = await runner.RunAsync(
                    send, () => MetadataOf(sequence, number), CallKind.SessionWrite, cancellationToken);
                if (options.Resumed == new WriteId(sequence.Session, number))
                {
                    Interlocked.Decrement(ref _owed);
                }

                return answer;
            }
            catch (OutcomeUnknownException unknown)
            {
                Interlocked.Increment(ref _owed);
                throw new OutcomeUnknownException(unknown.Code, unknown.Message, unknown.InnerException)
                {
                    Write = new WriteId(sequence.Session, number),
                };
            }
            catch (SessionLostException lost) when (options.Resumed == new WriteId(sequence.Session, number))
            {
                throw new OutcomeUnknownException(
                    lost.Code, "the members don't know this session any more, so nobody can tell", lost.InnerException);
            }
            catch (SessionLostException lost)
            {
                Interlocked.CompareExchange(ref _sequence, null, sequence);
                if (attempt >= options.MaxAttempts)
                {
                    throw new RequestRefusedException(lost.Code, lost.Message, lost.InnerException);
                }
            }
            finally
            {
                sequence.End(number);
            }
        }
    }

    /// <summary>
    /// Tells the server that the session is over; it would forget it by itself, later. One that owes the outcome of a write stays:
    /// whoever sends that again needs it.
    /// </summary>
    internal async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _sequence, null) is { } sequence && Volatile.Read(ref _owed) == 0)
        {
            await runner.RunAsync(
                (invoker, call) => new Sessions.SessionsClient(invoker).CloseAsync(
                    new CloseSessionRequest { Session = sequence.Session }, call),
                null,
                CallKind.Read,
                cancellationToken);
        }
    }

    public void Dispose() => _opening.Dispose();

    private async ValueTask<RequestSequence> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _sequence) is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _sequence) is { } meanwhile)
            {
                return meanwhile;
            }

            // Repeated like a read: a session opened twice and used once is forgotten by the server.
            var opened = await runner.RunAsync(
                static (invoker, call) => new Sessions.SessionsClient(invoker).OpenAsync(new OpenSessionRequest(), call),
                null,
                CallKind.Read,
                cancellationToken);
            var sequence = new RequestSequence(opened.Session, options.MaxSessionWrites);
            Volatile.Write(ref _sequence, sequence);
            return sequence;
        }
        finally
        {
            _opening.Release();
        }
    }

    private static Metadata MetadataOf(RequestSequence sequence, long number) => new()
    {
        { CallMetadata.Session, sequence.Session.ToString(CultureInfo.InvariantCulture) },
        { CallMetadata.Sequence, number.ToString(CultureInfo.InvariantCulture) },
        { CallMetadata.LowestUnanswered, sequence.LowestUnanswered.ToString(CultureInfo.InvariantCulture) },
    };
}
