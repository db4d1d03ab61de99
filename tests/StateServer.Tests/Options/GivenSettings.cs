using System.Collections.Immutable;
using StateServer.Options;

namespace StateServer.StateServer.Tests.Options;

/// <summary>Settings as a test gives them, read and judged as <c>server</c> does.</summary>
internal static class GivenSettings
{
    /// <summary>The least that is right.</summary>
    public static ImmutableDictionary<string, string> Right { get; } = ImmutableDictionary<string, string>.Empty
        .Add("name", "a")
        .Add("node-id", "17")
        .Add("cluster-id", "4711")
        .Add("data-dir", "/tmp/stateserver-never-made")
        .Add("initial-members", "a=17@127.0.0.1:2380");

    /// <summary>Reads and judges, surroundings left out.</summary>
    public static (ServerOptions Options, List<string> Errors) Judge(
        IReadOnlyDictionary<string, string> flags,
        IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyDictionary<string, SettingValue>? file = null)
    {
        List<string> errors = [];
        ServerOptions options = ServerOptionsReading.Read(
            ServerSettingsGathering.Gather(
                flags, name => environment?.GetValueOrDefault(name), file ?? new Dictionary<string, SettingValue>()),
            errors);
        errors.AddRange(new ServerOptionsValidator().Validate(null, options).Failures ?? []);
        return (options, errors);
    }
}
