using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace StateServer.Reports.Formats;

/// <summary>Json as yaml: the same fields, in the same order.</summary>
internal static class YamlText
{
    private static readonly ISerializer Yaml = new SerializerBuilder().WithQuotingNecessaryStrings().Build();

    /// <summary>Writes it, without a line end.</summary>
    public static string Write(JsonNode node) => Yaml.Serialize(Plain(JsonNode.Parse(node.ToJsonString()))!).TrimEnd();

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject mapping => mapping.ToDictionary(p => p.Key, p => Plain(p.Value)),
        JsonArray list => list.Select(Plain).ToList(),
        JsonValue value => Scalar(value.GetValue<JsonElement>()),
        _ => null,
    };

    private static object? Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetInt64(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
