using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace StateServer.Options;

/// <summary>The configuration file: yaml or json (which is yaml), one mapping from setting names to values or lists of values.</summary>
internal static class SettingsFile
{
    /// <summary>The largest file read, bytes: a settings file of megabytes is another file given by mistake.</summary>
    private const int LargestBytes = 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Gets a line for each thing wrong: no such file, no mapping, an unknown key.</param>
    /// <returns>The values, by setting name.</returns>
    public static IReadOnlyDictionary<string, SettingValue> Read(string path, List<string> errors)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestBytes })
            {
                errors.Add($"--config {path}: over {LargestBytes} bytes, so no settings file");
                return new Dictionary<string, SettingValue>();
            }

            return Parse(path, File.ReadAllText(path), errors);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add($"--config {path}: {exception.Message}");
        }

        return new Dictionary<string, SettingValue>();
    }

    /// <summary>Reads a file's text.</summary>
    internal static Dictionary<string, SettingValue> Parse(string path, string text, List<string> errors)
    {
        var values = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            errors.Add($"--config {path}: line {exception.Start.Line}: not yaml or json: {OneLine(exception.Message)}");
            return values;
        }

        if (stream.Documents.Count == 0)
        {
            return values;
        }

        if (stream.Documents.Count > 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            errors.Add($"--config {path}: not one mapping of settings, such as 'name: a'");
            return values;
        }

        foreach ((YamlNode key, YamlNode value) in root.Children)
        {
            ReadOne(path, key, value, values, errors);
        }

        return values;
    }

    private static void ReadOne(
        string path, YamlNode key, YamlNode value, Dictionary<string, SettingValue> values, List<string> errors)
    {
        string name = (key as YamlScalarNode)?.Value ?? "";
        if (!ServerSettings.All.Any(s => s.Name == name))
        {
            errors.Add($"--config {path}: line {key.Start.Line}: no setting is called '{name}'{Nearest(name)}");
            return;
        }

        string? text = value switch
        {
            YamlScalarNode scalar => scalar.Value,
            YamlSequenceNode list when list.All(n => n is YamlScalarNode) =>
                string.Join(',', list.Select(n => ((YamlScalarNode)n).Value)),
            _ => null,
        };
        if (string.IsNullOrEmpty(text))
        {
            errors.Add($"--config {path}: line {value.Start.Line}: '{name}' needs a value, or a list of values");
            return;
        }

        values[name] = new SettingValue(text, $"'{name}' in {path}");
    }

    private static string Nearest(string name)
    {
        string letters = name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        ServerSetting? near = ServerSettings.All.FirstOrDefault(s => string.Equals(
            s.Name.Replace("-", "", StringComparison.Ordinal), letters, StringComparison.OrdinalIgnoreCase));
        return near is null ? "; 'stateserver server --help' lists them" : $"; '{near.Name}' is";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
