using System.Text.Json;

namespace StateServer.Reports.Formats;

/// <summary>The yaml form of a report: the json contract's fields, in the same order.</summary>
internal static class YamlStatus
{
    /// <summary>Writes a report.</summary>
    public static string Write<T>(T report) =>
        YamlText.Write(JsonSerializer.SerializeToNode(report, JsonStatus.Options)!);
}
