using Microsoft.Extensions.Time.Testing;
using StateServer.Client.Calls;

namespace StateServer.Client.Tests.Calls;

public sealed class BackoffTests
{
    [Fact]
    public void The_bound_doubles_up_to_its_limit()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(25), TimeSpan.FromSeconds(1), TimeProvider.System, static () => 1);
        Assert.Equal(
            [25, 50, 100, 200, 400, 800, 1000, 1000],
            Enumerable.Range(1, 8).Select(attempt => (int)backoff.Bound(attempt).TotalMilliseconds));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.Bound(int.MaxValue));
    }

    [Fact]
    public async Task The_wait_is_a_random_part_of_the_bound()
    {
        var time = new FakeTimeProvider();
        var backoff = new Backoff(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), time, static () => 0.5);
        var waiting = backoff.WaitAsync(1, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
