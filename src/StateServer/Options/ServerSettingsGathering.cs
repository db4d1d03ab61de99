namespace StateServer.Options;

/// <summary>Brings the three sources of settings together: a flag wins over the environment, the environment over the file.</summary>
internal static class ServerSettingsGathering
{
    /// <summary>Gathers. An environment variable that names no setting is left alone: a container platform makes its own for a service of our name.</summary>
    /// <param name="flags">The flags given, by setting name.</param>
    /// <param name="environment">The environment, by variable.</param>
    /// <param name="file">What the configuration file says, by setting name.</param>
    /// <returns>The settings that are given somewhere, by name. Empty environment variables count as not given.</returns>
    public static IReadOnlyDictionary<string, SettingValue> Gather(
        IReadOnlyDictionary<string, string> flags,
        Func<string, string?> environment,
        IReadOnlyDictionary<string, SettingValue> file)
    {
        var gathered = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        foreach (ServerSetting setting in ServerSettings.All)
        {
            if (flags.TryGetValue(setting.Name, out string? flag))
            {
                gathered[setting.Name] = new SettingValue(flag, setting.Flag);
            }
            else if (environment(setting.EnvironmentVariable) is { Length: > 0 } variable)
            {
                gathered[setting.Name] = new SettingValue(variable, setting.EnvironmentVariable);
            }
            else if (file.TryGetValue(setting.Name, out SettingValue value))
            {
                gathered[setting.Name] = value;
            }
        }

        return gathered;
    }
}
