using System.Globalization;
using System.Text.Json;
using StateServer.Providers.Local;

namespace StateServer.Agent;

/// <summary>Whose an agent's folder is (<c>agent.json</c>): units of one environment must not be taken for another's.</summary>
/// <param name="EnvironmentId">The environment's id, a decimal string.</param>
/// <param name="Incarnation">The incarnation its machine was launched in, or was confirmed for last.</param>
/// <param name="Machine">The machine's number.</param>
internal sealed record AgentRecord(string EnvironmentId, long Incarnation, int Machine)
{
    private const string FileName = "agent.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Claims a folder for an agent at its first start, and checks that it is its own at each later one.</summary>
    /// <exception cref="IOException">It is another's; the message says whose.</exception>
    public static void Check(AgentOptions options)
    {
        string path = Path.Combine(options.Folder, FileName);
        var ours = new AgentRecord(options.Environment.Value.ToString(CultureInfo.InvariantCulture), options.Incarnation, options.Machine.Value);
        if (File.Exists(path))
        {
            AgentRecord? written;
            try
            {
                written = JsonSerializer.Deserialize<AgentRecord>(File.ReadAllText(path), Json);
            }
            catch (JsonException exception)
            {
                throw new IOException($"{path} is damaged ({exception.Message}); restore it, or give another --folder");
            }

            if (written is null || written.EnvironmentId != ours.EnvironmentId || written.Machine != ours.Machine || written.Incarnation > ours.Incarnation)
            {
                throw new IOException(
                    $"{options.Folder} belongs to machine {written?.Machine} of environment {written?.EnvironmentId}, incarnation {written?.Incarnation}; give another --folder");
            }
        }

        WholeFile.Write(path, JsonSerializer.Serialize(ours, Json) + "\n");
    }
}
