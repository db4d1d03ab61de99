using System.Text.Json;
using System.Text.Json.Serialization;

namespace StateServer.Bench.Report;

/// <summary>Reports as json, with every round's figures.</summary>
[JsonSerializable(typeof(RunReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class JsonReport : JsonSerializerContext
{
    /// <summary>Writes the report to a file, replacing what is there.</summary>
    public static void Write(string file, RunReport report) =>
        File.WriteAllText(file, JsonSerializer.Serialize(report, Default.RunReport) + "\n");
}
