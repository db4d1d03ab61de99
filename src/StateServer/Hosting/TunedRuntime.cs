namespace StateServer.Hosting;

/// <summary>
/// The runtime settings that can't be given in the runtime configuration file. The others (no spinning of idle workers, the
/// garbage collector's) are in <c>runtimeconfig.template.json</c>. ADR 0062 has the measurements.
/// </summary>
internal static class TunedRuntime
{
    /// <summary>Read once by System.Net.Sockets, when its first asynchronous engine is made.</summary>
    internal const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Sets what the user has not set. Socket completions run on the thread that polls, which saves a hop through the thread
    /// pool a message: code that blocks (an fdatasync) must therefore have a thread of its own.
    /// </summary>
    public static void Apply()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(InlineCompletions)))
        {
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
        }
    }
}
