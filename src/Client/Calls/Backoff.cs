namespace StateServer.Client.Calls;

/// <summary>
/// Waits between attempts: random below a bound that doubles up to a limit ("full jitter", M. Brooker, Exponential Backoff
/// and Jitter, 2015). Thread-safe.
/// </summary>
internal sealed class Backoff(TimeSpan low, TimeSpan high, TimeProvider time, Func<double> random)
{
    /// <summary>The bound of the wait after attempt <paramref name="attempt"/>, from 1.</summary>
    internal TimeSpan Bound(int attempt) =>
        TimeSpan.FromTicks((long)Math.Min(high.Ticks, low.Ticks * Math.Pow(2, Math.Min(attempt - 1, 40))));

    /// <summary>Waits after attempt <paramref name="attempt"/>.</summary>
    internal Task WaitAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(Bound(attempt) * random(), time, cancellationToken);
}
