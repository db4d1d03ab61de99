using Grpc.Core;
using StateServer.Consensus;

namespace StateServer.Api.Etcd;

/// <summary>What is asked of every call before its content is looked at. Thread-safe.</summary>
internal sealed class CallGuards(IReplica replica)
{
    private const string RequireLeaderHeader = "hasleader";

    /// <summary>Refuses where the client asks for a leader and none is known, and on learners all but what they may answer.</summary>
    /// <exception cref="RpcException">Refused.</exception>
    internal void Check(ServerCallContext context, bool forLearners = false)
    {
        if (!forLearners && replica.Position.IsLearner)
        {
            throw FailureTranslation.Refused(EtcdStatus.NotForLearners);
        }

        if (RequiresLeader(context) && replica.Position.Leader.IsNone)
        {
            throw FailureTranslation.Refused(EtcdStatus.NoLeader);
        }
    }

    /// <summary>Whether the client asks to be served only where a leader is known.</summary>
    internal static bool RequiresLeader(ServerCallContext context) =>
        context.GetHttpContext().Request.Headers.TryGetValue(RequireLeaderHeader, out var values)
        && values.Count > 0 && values[0] == "true";
}
