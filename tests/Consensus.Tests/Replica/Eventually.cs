using Microsoft.Extensions.Time.Testing;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<bool> condition, string what, double seconds = 15)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Lets a test's time go by in steps, each once all loops may have had their turn, until a condition holds.</summary>
    public static Task PassesAsync(FakeTimeProvider time, TimeSpan step, Func<bool> condition, string what) => IsTrueAsync(
        () =>
        {
            time.Advance(step);
            return condition();
        },
        what,
        seconds: 60);
}
