namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>
/// Waits for a call that may not heed its token, as a cloud's library may not: past its limit the call is left behind, and however
/// it then ends concerns nobody. Without that its failure would be told as one that nobody observed. Thread-safe.
/// </summary>
public static class LeftBehind
{
    /// <summary>The call's result, or the end of the wait, whichever comes first.</summary>
    /// <param name="call">The call, under way.</param>
    /// <param name="limit">Ends the wait, and is best the token that the call was given.</param>
    /// <exception cref="OperationCanceledException">The wait ended first.</exception>
    public static Task<T> OrLeaveAsync<T>(this Task<T> call, CancellationToken limit)
    {
        Observe(call);
        return call.WaitAsync(limit);
    }

    /// <inheritdoc cref="OrLeaveAsync{T}(Task{T}, CancellationToken)"/>
    public static Task OrLeaveAsync(this Task call, CancellationToken limit)
    {
        Observe(call);
        return call.WaitAsync(limit);
    }

    private static void Observe(Task call) => _ = call.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
