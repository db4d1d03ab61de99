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
}
