using Grpc.Core;
using StateServer.Bench.Workloads;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Operations;

/// <summary>Grants a lease, and keeps its id for the check.</summary>
internal sealed class GrantOperation(ChannelBase channel) : IOperation
{
    private readonly Lease.LeaseClient _client = new(channel);
    private readonly LeaseGrantRequest _request = new() { TTL = Leases.TtlSeconds };
    private readonly List<long> _granted = [];

    /// <summary>The leases that were acknowledged; to be read when the load has ended.</summary>
    public IReadOnlyList<long> Granted => _granted;

    public async Task RunAsync()
    {
        using AsyncUnaryCall<LeaseGrantResponse> call = _client.LeaseGrantAsync(_request);
        _granted.Add((await call.ResponseAsync.ConfigureAwait(false)).ID);
    }
}
