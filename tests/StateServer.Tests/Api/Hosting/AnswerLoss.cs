using Grpc.Core;
using Grpc.Core.Interceptors;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>Loses the answers of one method: the call is carried out to its end, then the connection's stream is cut. Thread-safe.</summary>
internal sealed class AnswerLoss(string method) : Interceptor
{
    private int _calls;
    private int _left;

    /// <summary>How many calls of the method came here.</summary>
    internal int Calls => Volatile.Read(ref _calls);

    /// <summary>Loses the next ones.</summary>
    internal void LoseNext(int count) => Volatile.Write(ref _left, count);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (!context.Method.EndsWith($"/{method}", StringComparison.Ordinal))
        {
            return await continuation(request, context);
        }

        Interlocked.Increment(ref _calls);
        TResponse answer = await continuation(request, context);
        if (Interlocked.Decrement(ref _left) >= 0)
        {
            context.GetHttpContext().Abort();
        }

        return answer;
    }
}
