namespace StateServer.Bench.Load;

/// <summary>What makes this process a light client; the rest is in its runtime configuration.</summary>
internal static class ClientTuning
{
    /// <summary>Read by the runtime when the first socket is made.</summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Socket completions run on the thread that saw the socket's event: a client that hops threads takes time from the servers
    /// it measures. To be called before the first socket.
    /// </summary>
    public static void Apply() => Environment.SetEnvironmentVariable(InlineCompletions, "1");
}
