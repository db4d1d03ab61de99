namespace StateServer.Providers.Tests;

/// <summary>Waits for conditions.</summary>
internal static class Until
{
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<string> complaint)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < deadline, complaint());
            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string complaint) =>
        TrueAsync(() => Task.FromResult(condition()), TimeSpan.FromSeconds(90), () => complaint);
}
