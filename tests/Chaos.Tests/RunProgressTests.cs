using StateServer.Chaos.Histories;
using StateServer.Chaos.Workloads;

namespace StateServer.Chaos.Tests;

public sealed class RunProgressTests
{
    [Fact]
    public void Only_an_acknowledged_write_ends_an_outage()
    {
        var progress = new RunProgress();
        long started = WorkloadContext.Now;
        Assert.True(SpinWait.SpinUntil(() => progress.OutageNow > TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(10)));
        TimeSpan before = progress.OutageNow;
        progress.Count(OperationStatus.Ok, writes: false);
        progress.Count(OperationStatus.Fail, writes: true);
        progress.Count(OperationStatus.Unknown, writes: true);
        Assert.True(progress.OutageNow >= before);
        Assert.Equal((1, 1, 1), (progress.Ok, progress.Failed, progress.Unknown));

        progress.Count(OperationStatus.Ok, writes: true);
        Assert.True(progress.OutageNow < TimeSpan.FromTicks((WorkloadContext.Now - started) / 100));
        Assert.True(progress.TakeLongestOutage() >= before);
        Assert.True(progress.TakeLongestOutage() < TimeSpan.FromTicks((WorkloadContext.Now - started) / 100));
    }
}
