namespace StateServer.Bench.Operations;

/// <summary>What one client does again and again. One call at a time.</summary>
internal interface IOperation
{
    /// <summary>Does it once.</summary>
    /// <exception cref="Grpc.Core.RpcException">It failed, or its outcome is unknown.</exception>
    /// <exception cref="Targets.TargetFailedException">The answer was wrong.</exception>
    Task RunAsync();
}
