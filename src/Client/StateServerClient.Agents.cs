using Grpc.Core;
using StateServer.Client.Agents;
using StateServer.Client.Endpoints;
using StateServer.Client.Failures;
using StateServer.Protos.Agent;

namespace StateServer.Client;

/// <content>The way of an agent to the leader.</content>
public sealed partial class StateServerClient
{
    /// <summary>From a member to the leader it names is one step; leadership may move meanwhile, but not for ever.</summary>
    private const int MostRedirections = 3;

    /// <summary>Opens an agent's stream, following members that don't lead to the one that does.</summary>
    /// <param name="hello">Makes the agent's first message; asked again for each member that is tried.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="RequestRefusedException">No leader can be reached, or it refused. Nothing is tried again here: another call goes to another member.</exception>
    public async Task<AgentStream> OpenAgentStreamAsync(Func<Hello> hello, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hello);
        var connection = await _pool.AcquireAsync(cancellationToken);
        for (var redirections = 0; ; redirections++)
        {
            AgentStream stream;
            try
            {
                stream = await AgentStream.OpenAsync(connection, hello(), _options.AttemptTimeout, _time, cancellationToken);
            }
            catch (RpcException failure)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _pool.Avoid(connection);
                throw new RequestRefusedException(failure.StatusCode, $"{connection.Endpoint}: {failure.Status.Detail}", failure);
            }

            if (stream.Redirection is not { } leader)
            {
                return stream;
            }

            stream.Dispose();
            connection = Redirected(connection, leader, redirections);
        }
    }

    private EndpointConnection Redirected(EndpointConnection from, string leader, int redirections)
    {
        if (redirections >= MostRedirections || Parsed(leader).FirstOrDefault() is not { } endpoint)
        {
            _pool.Avoid(from);
            throw new RequestRefusedException(StatusCode.Unavailable, $"{from.Endpoint} names '{leader}' as the leader, which leads nowhere");
        }

        _pool.Learn([endpoint]);
        return _pool.ConnectionTo(endpoint);
    }
}
