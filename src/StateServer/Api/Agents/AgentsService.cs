using Grpc.Core;
using StateServer.Agents;
using StateServer.Protos.Agent;

namespace StateServer.Api.Agents;

/// <summary>Agents' streams (<c>stateserver.agent.v1.Agents</c>), on the client port of every member.</summary>
/// <param name="desk">Where they end.</param>
internal sealed class AgentsService(AgentDesk desk) : Protos.Agent.Agents.AgentsBase
{
    /// <inheritdoc/>
    public override async Task Follow(
        IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Hello is not { } hello)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "the first message of a stream is a hello"));
        }

        await desk.FollowAsync(hello, requestStream, responseStream, context.CancellationToken);
    }
}
