namespace StateServer.Consensus.Reads;

/// <summary>One round that everybody who came before it began shares.</summary>
/// <typeparam name="T">What it gives.</typeparam>
/// <param name="opened">When the first of them came, by the time provider's timestamps.</param>
internal sealed class SharedRound<T>(long opened)
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When the first of them came.</summary>
    public long Opened { get; } = opened;

    /// <summary>How many share it.</summary>
    public int Sharers { get; set; }

    /// <summary>Its result.</summary>
    public Task<T> Result => _result.Task;

    /// <summary>Ends it.</summary>
    public void Complete(T result) => _result.TrySetResult(result);

    /// <summary>Ends it.</summary>
    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);
        _ = _result.Task.Exception; // seen: whoever shares it may have gone
    }
}
