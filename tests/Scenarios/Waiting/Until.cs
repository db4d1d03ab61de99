using System.Diagnostics;

namespace StateServer.Scenarios.Waiting;

/// <summary>Waits for a condition with a deadline; the only waiting there is in these tests.</summary>
internal static class Until
{
    /// <summary>How often a condition is looked at.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks <paramref name="probe"/> until it answers something, or fails the test saying what was awaited.</summary>
    public static async Task<T> SomeAsync<T>(string awaited, TimeSpan limit, Func<Task<T?>> probe, Func<string>? evidence = null)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await probe() is { } found)
                {
                    return found;
                }

                last = null;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                last = e;
            }

            if (clock.Elapsed > limit)
            {
                throw new TimeoutException(
                    $"waited {limit.TotalSeconds:0} s in vain until {awaited}"
                    + (last is null ? "" : $"; the last look failed: {last.Message}")
                    + (evidence is null ? "" : "\n" + evidence()),
                    last);
            }

            await Task.Delay(Pace, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>As <see cref="SomeAsync{T}"/>, for a condition that is true or not.</summary>
    public static async Task TrueAsync(string awaited, TimeSpan limit, Func<Task<bool>> condition, Func<string>? evidence = null) =>
        await SomeAsync(awaited, limit, async () => await condition() ? "" : null, evidence);

    /// <summary>As <see cref="SomeAsync{T}"/>, for a condition that is true or not and needs no waiting.</summary>
    public static Task TrueAsync(string awaited, TimeSpan limit, Func<bool> condition, Func<string>? evidence = null) =>
        TrueAsync(awaited, limit, () => Task.FromResult(condition()), evidence);
}
