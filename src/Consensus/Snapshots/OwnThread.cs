namespace StateServer.Consensus.Snapshots;

/// <summary>
/// A thread of its own for long work that may block, so that the pool's threads stay free for requests. Its priority is the
/// usual one: the collector waits for every thread to stop, and one that the machine lets wait would hold all others up.
/// </summary>
public static class OwnThread
{
    /// <summary>Runs work.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="work">The work; what it throws is thrown to who awaits.</param>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
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
