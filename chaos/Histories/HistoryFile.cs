using System.Text.Json;
using System.Text.Json.Serialization;

namespace StateServer.Chaos.Histories;

/// <summary>Histories as JSON lines, one operation each, so that other checkers can judge them too.</summary>
internal static class HistoryFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Writes the operations in order of their call.</summary>
    public static void Write(string path, IEnumerable<Operation> operations)
    {
        using var writer = new StreamWriter(path);
        foreach (Operation operation in operations.OrderBy(o => o.Call))
        {
            writer.WriteLine(JsonSerializer.Serialize(operation, Json));
        }
    }

    /// <summary>Reads a history.</summary>
    /// <exception cref="InvalidDataException">A line is not an operation; names file and line.</exception>
    public static IReadOnlyList<Operation> Read(string path)
    {
        var operations = new List<Operation>();
        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            if (text.Length == 0)
            {
                continue;
            }

            try
            {
                operations.Add(JsonSerializer.Deserialize<Operation>(text, Json)!);
            }
            catch (JsonException broken)
            {
                throw new InvalidDataException($"{path}:{line}: not an operation: {broken.Message}", broken);
            }
        }

        return operations;
    }
}
