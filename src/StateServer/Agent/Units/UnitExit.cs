using System.Text.Json;

namespace StateServer.Agent.Units;

/// <summary>How a run of a unit ended, as its shim wrote it down (<c>exit.json</c>).</summary>
/// <param name="Token">The run's token: an older run's record is not mistaken for it.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Code">The exit code, or 128 and the signal.</param>
/// <param name="Message">Why it could not be started; empty otherwise.</param>
internal sealed record UnitExit(string Token, UnitEnd End, int Code, string Message)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads a run's record; null where there is none, as when its shim was killed.</summary>
    public static UnitExit? Read(string path, string token)
    {
        try
        {
            var read = JsonSerializer.Deserialize<UnitExit>(File.ReadAllText(path), Json);
            return read?.Token == token ? read : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(string path)
    {
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, Json) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>In one line, for status.</summary>
    public string Describe() => End switch
    {
        UnitEnd.NotStarted => Message,
        UnitEnd.LeaseEnded => "stopped: its lease ended before it was renewed",
        UnitEnd.Asked => $"stopped, exit code {Code}",
        _ => Code > 128 ? $"ended by signal {Code - 128}" : $"ended with exit code {Code}",
    };
}
