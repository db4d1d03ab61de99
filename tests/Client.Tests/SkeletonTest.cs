namespace StateServer.Client.Tests;

public sealed class SkeletonTest
{
    [Fact]
    public void The_runner_runs() => Assert.True(typeof(SkeletonTest).IsSealed);
}
