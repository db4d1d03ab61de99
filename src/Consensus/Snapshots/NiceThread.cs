using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Snapshots;

/// <summary>A thread for long work that nobody's request waits for. Its niceness lets every other thread of the machine go first.</summary>
public static class NiceThread
{
    /// <summary>Of 19: about a tenth of a usual thread's share where both want the same core. A full 19 could starve it for minutes.</summary>
    private const int Niceness = 10;

    /// <summary>Runs work that may block, on a thread of its own.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="work">The work; what it throws is thrown to who awaits.</param>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            // Priorities of .NET's threads are without effect on Linux. Where this fails, the work is only less polite.
            _ = Libc.SetPriority(0, 0, Niceness);
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { Name = name, IsBackground = true }.Start();
        return done.Task;
    }
}
