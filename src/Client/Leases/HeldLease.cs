using StateServer.Client.Failures;

namespace StateServer.Client.Leases;

/// <summary>
/// A lease that is kept alive: renewed each third of its time, at any member, until it is disposed of, which ends it. It counts
/// as held until its time is over since the last renewal that was answered was <i>asked for</i>, by the monotonic clock: the
/// servers end it later than that, never earlier. Thread-safe.
/// </summary>
public sealed class HeldLease : IAsyncDisposable
{
    /// <summary>Renewals in the time to live: two may fail and the lease is still held.</summary>
    private const int RenewalsPerLife = 3;

    /// <summary>After a renewal that failed: so often in the time to live is another one tried.</summary>
    private const int AttemptsPerLife = 20;

    private readonly StateServerClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewing;
    private long _asked;
    private long _seconds;
    private int _disposed;

    /// <summary>Begins to keep it alive.</summary>
    /// <param name="client">The way to the servers.</param>
    /// <param name="id">The lease.</param>
    /// <param name="seconds">Its time to live.</param>
    /// <param name="asked">When it was asked for, by the clock's timestamps.</param>
    /// <param name="time">The clock.</param>
    internal HeldLease(StateServerClient client, long id, long seconds, long asked, TimeProvider time)
    {
        (_client, Id, _seconds, _asked, _time) = (client, id, seconds, asked, time);
        _lost = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Lost = _lost.Token;
        Extend();
        _renewing = RenewAsync();
    }

    /// <summary>The lease's id, to put keys with.</summary>
    public long Id { get; }

    /// <summary>The time to live that the servers granted.</summary>
    public TimeSpan TimeToLive => TimeSpan.FromSeconds(Math.Min(Volatile.Read(ref _seconds), TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond));

    /// <summary>Cancelled when the lease is no longer held: its time ran out unrenewed, the servers don't know it, or it was disposed of.</summary>
    public CancellationToken Lost { get; }

    /// <summary>True while it is certainly held. A process that was stopped asks this before it relies on the lease again.</summary>
    public bool IsHeld => !Lost.IsCancellationRequested && Left > TimeSpan.Zero;

    private TimeSpan Left => TimeToLive - _time.GetElapsedTime(Volatile.Read(ref _asked));

    /// <summary>Stops keeping it alive, and ends it. Where no server can be reached, it ends by itself, later.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        await _renewing;
        await _lost.CancelAsync();
        try
        {
            await _client.RevokeLeaseAsync(Id);
        }
        catch (Exception failure) when (failure is StateServerException or ObjectDisposedException or OperationCanceledException)
        {
            // It is gone already, or ends by itself.
        }

        _lost.Dispose();
        _stop.Dispose();
    }

    private async Task RenewAsync()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, Lost);
        try
        {
            var pause = TimeToLive / RenewalsPerLife;
            while (true)
            {
                await PauseAsync(pause, end.Token);
                pause = await RenewOnceAsync(end.Token) ? TimeToLive / RenewalsPerLife : TimeToLive / AttemptsPerLife;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            // Lost, or disposed of, or the client is.
        }
    }

    private async Task<bool> RenewOnceAsync(CancellationToken end)
    {
        var asked = _time.GetTimestamp();
        try
        {
            var seconds = await _client.KeepLeaseAliveAsync(Id, end);
            if (seconds <= 0)
            {
                await _lost.CancelAsync();
                return false;
            }

            Volatile.Write(ref _seconds, seconds);
            Volatile.Write(ref _asked, asked);
            Extend();
            return true;
        }
        catch (StateServerException)
        {
            return false;
        }
    }

    /// <summary>Sets the timer of <see cref="Lost"/>; timers have a longest time, and a lease of years is renewed before that.</summary>
    private void Extend()
    {
        var left = Left;
        _lost.CancelAfter(left <= TimeSpan.Zero ? TimeSpan.Zero : left < TimeSpan.FromDays(30) ? left : TimeSpan.FromDays(30));
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken end) =>
        Task.Delay(pause < TimeSpan.FromDays(1) ? pause : TimeSpan.FromDays(1), _time, end);
}
