namespace StateServer.Hosting;

/// <summary>
/// Binds endpoints to the port that their callers must have come in by. It looks at the socket, not at the Host header, which
/// the caller chooses, and which names another port behind a forwarder.
/// </summary>
/// <param name="Port">The port.</param>
internal sealed record ListenerPort(int Port)
{
    /// <summary>A group of endpoints that only one port serves.</summary>
    public static RouteGroupBuilder Group(IEndpointRouteBuilder endpoints, int port)
    {
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.WithMetadata(new ListenerPort(port));
        return group;
    }

    /// <summary>Hides from a caller what its port does not serve. Goes between routing and endpoints.</summary>
    public static void Enforce(IApplicationBuilder app) => app.Use(next => context =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ListenerPort>() is { } bound
            && context.Connection.LocalPort != bound.Port)
        {
            context.SetEndpoint(null);
        }

        return next(context);
    });
}
