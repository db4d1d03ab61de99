using StateServer.Bench.Http2;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Operations;

/// <summary>Renews one lease over a stream of its own.</summary>
internal sealed class KeepAliveOperation : IOperation
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly LeaseKeepAliveRequest _request;
    private GrpcStream? _stream;
    private TaskCompletionSource<long> _answer = new();

    private KeepAliveOperation(long lease) => _request = new LeaseKeepAliveRequest { ID = lease };

    /// <summary>Opens the stream.</summary>
    public static async Task<KeepAliveOperation> OpenAsync(GrpcConnection connection, long lease)
    {
        KeepAliveOperation operation = new(lease);
        operation._stream = await connection.StartAsync("/etcdserverpb.Lease/LeaseKeepAlive", operation.Take);
        return operation;
    }

    public async Task RunAsync()
    {
        _answer = new TaskCompletionSource<long>();
        await _stream!.SendAsync(_request).ConfigureAwait(false);
        long ttl;
        try
        {
            ttl = await _answer.Task.WaitAsync(AnswerLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TargetFailedException($"a renewal wasn't answered within {AnswerLimit}");
        }
        if (ttl != Leases.TtlSeconds)
        {
            throw new TargetFailedException($"a lease of {Leases.TtlSeconds} s was renewed for {ttl} s");
        }
    }

    private void Take(ReadOnlySpan<byte> message, long received) =>
        _answer.TrySetResult(LeaseKeepAliveResponse.Parser.ParseFrom(message).TTL);
}
