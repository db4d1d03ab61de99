using System.Text.Json;
using System.Text.Json.Serialization;

namespace StateServer.Reports.Formats;

/// <summary>The json form of a report: camelCase, absent values null, times RFC 3339 in UTC to the millisecond. A contract, kept by a test.</summary>
internal static class JsonStatus
{
    /// <summary>How reports are written.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new Rfc3339Time() },
    };

    /// <summary>Writes a report.</summary>
    public static string Write(ClusterReport report) => JsonSerializer.Serialize(report, Options);
}
