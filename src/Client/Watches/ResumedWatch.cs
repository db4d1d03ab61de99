using Grpc.Core;
using StateServer.Client.Calls;
using StateServer.Client.Endpoints;
using StateServer.Client.Failures;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Watches;

/// <summary>
/// One watch that outlives the members that serve it: where one fails, it goes on at another, at the revision after the last
/// one told. For one reader.
/// </summary>
internal sealed class ResumedWatch : IDisposable
{
    /// <summary>What a refusal begins with that another member may not share, as our members word it.</summary>
    private const string OfThisMember = "stateserver: this member ";

    private readonly EndpointPool _pool;
    private readonly ClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly WatchCreateRequest _request;
    private readonly List<Event> _fragments = [];
    private WatchAttempt? _attempt;
    private long _startedAt;
    private long _next;
    private int _failures;
    private bool _isToldOfStart;

    internal ResumedWatch(EndpointPool pool, ClientOptions options, TimeProvider time, Func<double> random, WatchCreateRequest request)
    {
        (_pool, _options, _time) = (pool, options, time);
        _backoff = new Backoff(options.BackoffLow, options.BackoffHigh, time, random);
        _request = request.Clone();
        _request.WatchId = 0;
        _next = request.StartRevision;
    }

    /// <summary>Waits for the next update, however many members fail meanwhile.</summary>
    /// <exception cref="RequestRefusedException">The watch means nothing, or no member may serve it.</exception>
    /// <exception cref="WatchCompactedException">What it needs next is compacted.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task<WatchUpdate> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await TryNextAsync(cancellationToken) is { } update)
                {
                    return update;
                }
            }
            catch (RpcException failure) when (!cancellationToken.IsCancellationRequested && MayResume(failure))
            {
                Leave();
                await _backoff.WaitAsync(++_failures, cancellationToken);
            }
            catch (RpcException failure)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new RequestRefusedException(failure.StatusCode, failure.Status.Detail, failure);
            }
        }
    }

    public void Dispose() => _attempt?.Dispose();

    /// <summary>What a later attempt may mend, and one member's trouble: a state that differs, or being a learner yet.</summary>
    private static bool MayResume(RpcException failure) =>
        AttemptFailure.Of(failure).IsTransient
        || failure.StatusCode is StatusCode.DataLoss or StatusCode.Unknown or StatusCode.FailedPrecondition;

    private async Task<WatchUpdate?> TryNextAsync(CancellationToken cancellationToken)
    {
        if (_attempt is null)
        {
            return await StartAsync(cancellationToken);
        }

        var response = await _attempt.NextAsync();
        if (response.Canceled || response.CompactRevision != 0)
        {
            ThrowIfFinal(response);
            throw new RpcException(new Status(StatusCode.Unavailable, $"the member cancelled the watch: {response.CancelReason}"));
        }

        _fragments.AddRange(response.Events);
        if (response.Fragment)
        {
            return null;
        }

        return _fragments.Count > 0 ? TakeEvents() : TakeProgress(response);
    }

    private async Task<WatchUpdate?> StartAsync(CancellationToken cancellationToken)
    {
        _fragments.Clear();
        _request.StartRevision = _next;
        var connection = await ConnectAsync(cancellationToken);
        try
        {
            (_attempt, var answer) = await WatchAttempt.StartAsync(
                connection, _request, _options.AttemptTimeout, _time, cancellationToken);
            if (answer.Canceled)
            {
                ThrowIfFinal(answer);
                if (answer.CancelReason.StartsWith(OfThisMember, StringComparison.Ordinal))
                {
                    throw new RpcException(new Status(StatusCode.ResourceExhausted, answer.CancelReason));
                }

                throw new RequestRefusedException(StatusCode.InvalidArgument, $"{connection.Endpoint}: {answer.CancelReason}");
            }

            return TakeStart(answer);
        }
        catch (RpcException)
        {
            _pool.Avoid(connection);
            throw;
        }
    }

    private async Task<EndpointConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _pool.AcquireAsync(cancellationToken);
        }
        catch (RequestRefusedException refused)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, refused.Message));
        }
    }

    /// <summary>The first start tells from where on the watch is live; the member's own revision says nothing where it starts in the past.</summary>
    private WatchUpdate? TakeStart(WatchResponse answer)
    {
        _startedAt = _time.GetTimestamp();
        _next = _next == 0 ? answer.Header.Revision + 1 : _next;
        if (_isToldOfStart)
        {
            return null;
        }

        _isToldOfStart = true;
        return new WatchUpdate(_next - 1, []);
    }

    /// <summary>Of a header's revision beside events not every server promises that nothing below it is to come: the last event's is certain.</summary>
    private WatchUpdate TakeEvents()
    {
        _failures = 0;
        Event[] events = [.. _fragments];
        _fragments.Clear();
        _next = events[^1].Kv.ModRevision + 1;
        return new WatchUpdate(_next - 1, events);
    }

    private WatchUpdate? TakeProgress(WatchResponse response)
    {
        _failures = 0;
        if (response.Header.Revision < _next)
        {
            return null;
        }

        _next = response.Header.Revision + 1;
        return new WatchUpdate(response.Header.Revision, []);
    }

    private void ThrowIfFinal(WatchResponse response)
    {
        if (response.CompactRevision != 0 || response.CancelReason.Contains("compacted", StringComparison.Ordinal))
        {
            throw new WatchCompactedException(_next, response.CompactRevision);
        }
    }

    /// <summary>Leaves the member for another. A watch that had been served for a while begins to count anew.</summary>
    private void Leave()
    {
        if (_attempt is not { } attempt)
        {
            return;
        }

        _attempt = null;
        _pool.Avoid(attempt.Connection);
        attempt.Dispose();
        if (_time.GetElapsedTime(_startedAt) > _options.BackoffHigh)
        {
            _failures = 0;
        }
    }
}
