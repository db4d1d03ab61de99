namespace StateServer.Options;

/// <summary>A setting's text, and where it was found.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Source">What an error names: the flag, the environment variable, or the key with its file.</param>
internal readonly record struct SettingValue(string Text, string Source);
