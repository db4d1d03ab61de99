using StateServer.Api.Etcd;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Domain.Apply;

namespace StateServer.Api.Model;

/// <summary>The states that requests about the model are answered from. Thread-safe.</summary>
internal sealed class ModelReads(IReplica replica)
{
    /// <summary>A state with everything acknowledged before the call, or this member's own as it is.</summary>
    /// <exception cref="Grpc.Core.RpcException">No leader, no quorum in time, or this member must not serve.</exception>
    public async ValueTask<ReplicatedState> ReadAsync(bool serializable, CancellationToken cancellationToken)
    {
        try
        {
            return serializable ? replica.ReadSerializable() : await replica.ReadLinearizableAsync(cancellationToken);
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
    }
}
