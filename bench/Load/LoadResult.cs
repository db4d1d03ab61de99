namespace StateServer.Bench.Load;

/// <summary>What a closed loop measured.</summary>
/// <param name="SortedLatencies">Of every operation answered while it measured, in stopwatch ticks, ascending.</param>
/// <param name="Elapsed">How long it measured.</param>
/// <param name="ServerCpuMicroseconds">CPU time of all members in that time.</param>
/// <param name="ClientCpuMicroseconds">CPU time of this process in that time.</param>
/// <param name="Acknowledged">Operations that succeeded, the warm-up's included.</param>
/// <param name="Failures">Operations that failed or whose outcome is unknown.</param>
/// <param name="FirstFailure">What the first of them said.</param>
internal sealed record LoadResult(
    long[] SortedLatencies, TimeSpan Elapsed, long ServerCpuMicroseconds, long ClientCpuMicroseconds, long Acknowledged,
    int Failures, string? FirstFailure);
