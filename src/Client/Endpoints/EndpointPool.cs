using StateServer.Client.Failures;

namespace StateServer.Client.Endpoints;

/// <summary>
/// Every endpoint known, and the one in use: kept while it serves, left for the next when it doesn't. New connections are
/// raced, a start each <see cref="ClientOptions.ConnectStagger"/>, as RFC 8305 races addresses. Thread-safe.
/// </summary>
internal sealed class EndpointPool(ClientOptions options, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly Dictionary<Endpoint, EndpointConnection> _connections = [];
    private readonly List<Endpoint> _known = [.. options.Endpoints.Select(Endpoint.Parse).Distinct()];
    private EndpointConnection? _active;
    private bool _disposed;

    /// <summary>Every endpoint known now, the next to be tried first.</summary>
    internal IReadOnlyList<Endpoint> Known
    {
        get
        {
            lock (_gate)
            {
                return [.. _known];
            }
        }
    }

    /// <summary>Raised when another endpoint is used than before.</summary>
    internal event Action<EndpointConnection>? Switched;

    /// <summary>The connection in use, made where there is none.</summary>
    /// <exception cref="RequestRefusedException">No endpoint can be connected; nothing was sent.</exception>
    internal async ValueTask<EndpointConnection> AcquireAsync(CancellationToken cancellationToken)
    {
        if (Active() is { } active)
        {
            return active;
        }

        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (Active() is { } meanwhile)
            {
                return meanwhile;
            }

            var winner = await RaceAsync(cancellationToken);
            lock (_gate)
            {
                _active = winner;
            }

            Switched?.Invoke(winner);
            return winner;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>A connection to one endpoint by name, whether it is the one in use or not.</summary>
    internal EndpointConnection ConnectionTo(Endpoint endpoint)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(StateServerClient));
            if (!_connections.TryGetValue(endpoint, out var connection))
            {
                connection = new EndpointConnection(endpoint, options);
                _connections.Add(endpoint, connection);
            }

            return connection;
        }
    }

    /// <summary>Stops using <paramref name="connection"/> and tries it last from now on.</summary>
    internal void Avoid(EndpointConnection connection)
    {
        lock (_gate)
        {
            if (_active == connection)
            {
                _active = null;
            }

            if (_known.Remove(connection.Endpoint))
            {
                _known.Add(connection.Endpoint);
            }
        }
    }

    /// <summary>As <see cref="Avoid"/>, of the connection in use, where there is one.</summary>
    internal void AvoidActive()
    {
        EndpointConnection? active;
        lock (_gate)
        {
            active = _active;
        }

        if (active is not null)
        {
            Avoid(active);
        }
    }

    /// <summary>Adds what a member list named; past <see cref="ClientOptions.MaxEndpoints"/> nothing is added.</summary>
    internal void Learn(IEnumerable<Endpoint> endpoints)
    {
        lock (_gate)
        {
            foreach (var endpoint in endpoints)
            {
                if (_known.Count < options.MaxEndpoints && !_known.Contains(endpoint))
                {
                    _known.Add(endpoint);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var connection in _connections.Values)
            {
                connection.Dispose();
            }
        }

        _connecting.Dispose();
    }

    private EndpointConnection? Active()
    {
        lock (_gate)
        {
            return _active is { IsUsable: true } active ? active : null;
        }
    }

    private async Task<EndpointConnection> RaceAsync(CancellationToken cancellationToken)
    {
        var endpoints = Known;
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var attempts = new Dictionary<Task<bool>, EndpointConnection>();
        var next = 0;
        try
        {
            while (next < endpoints.Count || attempts.Count > 0)
            {
                if (next < endpoints.Count)
                {
                    var connection = ConnectionTo(endpoints[next++]);
                    attempts.Add(connection.TryConnectAsync(race.Token), connection);
                }

                var stagger = next < endpoints.Count
                    ? Task.Delay(options.ConnectStagger, time, race.Token)
                    : Task.Delay(Timeout.Infinite, race.Token);
                var ended = await Task.WhenAny([.. attempts.Keys, stagger]);
                if (ended is Task<bool> attempt)
                {
                    attempts.Remove(attempt, out var connection);
                    if (await attempt)
                    {
                        return connection!;
                    }
                }

                race.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time to connect is up: the same answer as when all attempts failed.
        }
        finally
        {
            await race.CancelAsync();
        }

        throw new RequestRefusedException(
            Grpc.Core.StatusCode.Unavailable,
            $"no member can be connected: tried {string.Join(", ", endpoints)}");
    }
}
