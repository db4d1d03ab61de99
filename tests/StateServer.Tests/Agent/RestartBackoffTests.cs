using StateServer.Agent.Units;

namespace StateServer.StateServer.Tests.Agent;

public sealed class RestartBackoffTests
{
    [Fact]
    public void Waits_double_from_one_second_to_a_minute_and_begin_again_after_a_healthy_run()
    {
        var backoff = new RestartBackoff();
        Assert.Equal(
            [1, 2, 4, 8, 16, 32, 60, 60],
            Enumerable.Range(0, 8).Select(_ => (int)backoff.After(TimeSpan.FromSeconds(59)).TotalSeconds));
        Assert.Equal(
            [1, 2, 4],
            new[] { 60, 0, 1 }.Select(lasted => (int)backoff.After(TimeSpan.FromSeconds(lasted)).TotalSeconds));
    }
}
