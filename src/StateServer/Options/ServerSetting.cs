namespace StateServer.Options;

/// <summary>One setting of <c>server</c>: a flag, an environment variable and a key of the configuration file under one name.</summary>
/// <param name="Name">Such as <c>data-dir</c>: the flag without its dashes, and the key in the file.</param>
/// <param name="ValueName">What the help calls its value.</param>
/// <param name="Description">What it is, with unit, range and default.</param>
internal sealed record ServerSetting(string Name, string ValueName, string Description)
{
    /// <summary>Such as <c>--data-dir</c>.</summary>
    public string Flag { get; } = "--" + Name;

    /// <summary>Such as <c>STATESERVER_DATA_DIR</c>.</summary>
    public string EnvironmentVariable { get; } =
        "STATESERVER_" + Name.ToUpperInvariant().Replace('-', '_');
}
