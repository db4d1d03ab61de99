using Grpc.Core;
using StateServer.Consensus;
using StateServer.Consensus.Status;
using StateServer.Protos.Operator;
using StateServer.Reports;

namespace StateServer.Api.Operator;

/// <summary><c>stateserver.operator.v1.Cluster</c>: answers from what this member finds out, with a leader or without.</summary>
internal sealed class OperatorClusterService(IReplica replica, ReplicaOptions options, TimeProvider time)
    : Cluster.ClusterBase
{
    private const uint DefaultMilliseconds = 1_000;
    private const uint MostMilliseconds = 10_000;

    /// <inheritdoc/>
    public override async Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        if (request.TimeoutMilliseconds > MostMilliseconds)
        {
            throw new RpcException(new Status(
                StatusCode.InvalidArgument,
                $"timeout_milliseconds is {request.TimeoutMilliseconds}; give 0 (for {DefaultMilliseconds}) to {MostMilliseconds}"));
        }

        uint milliseconds = request.TimeoutMilliseconds == 0 ? DefaultMilliseconds : request.TimeoutMilliseconds;
        IReadOnlyList<MemberObservation> observations = await replica.ObserveMembersAsync(
            TimeSpan.FromMilliseconds(milliseconds), context.CancellationToken);
        return StatusMessages.ToMessage(ClusterReportBuilder.Build(
            replica.Status, observations, replica.State.Members, options.InitialMembers, time.GetUtcNow()));
    }
}
