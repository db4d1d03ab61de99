using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

public sealed class LeftBehindTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_gives_its_result_and_its_own_failure()
    {
        Assert.Equal(7, await Task.FromResult(7).OrLeaveAsync(Cancel));
        var failure = await Assert.ThrowsAsync<TransientException>(() => Task.FromException<int>(new TransientException("no")).OrLeaveAsync(Cancel));
        Assert.Equal("no", failure.Message);
    }

    [Fact]
    public void What_is_left_behind_may_fail_and_nobody_is_told()
    {
        var mark = Guid.NewGuid().ToString();
        var told = new ConcurrentQueue<string>();
        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e) => told.Enqueue(e.Exception.ToString());
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        try
        {
            LeaveAndFail(mark);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.DoesNotContain(told, line => line.Contains(mark, StringComparison.Ordinal));
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= OnUnobserved;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveAndFail(string mark)
    {
        using var limit = new CancellationTokenSource();
        var call = new TaskCompletionSource<int>();
        var waiting = call.Task.OrLeaveAsync(limit.Token);
        limit.Cancel();
        Assert.True(waiting.IsCanceled);
        call.SetException(new TransientException(mark));
    }
}
