using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StateServer.Reports.Formats;

/// <summary>Times in json, such as <c>2026-11-23T10:15:30.250Z</c>: always UTC, always milliseconds.</summary>
internal sealed class Rfc3339Time : JsonConverter<DateTimeOffset>
{
    /// <summary>The text of a time.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.Parse(reader.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));
}
