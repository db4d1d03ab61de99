using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StateServer.Domain.Identity;

namespace StateServer.Agent.Units;

/// <summary>One run of a unit, as the agent orders it of the process that keeps it (<c>unit.json</c> in the unit's folder).</summary>
/// <param name="FormatVersion">The file's format.</param>
/// <param name="Service">The unit's service.</param>
/// <param name="Number">The unit's number.</param>
/// <param name="Assignment">The assignment it is run under.</param>
/// <param name="Run">How often it was started again under this assignment; counts runs from 0.</param>
/// <param name="Token">Random; every process of this run, its shim too, has it in its environment, which proves whose it is.</param>
/// <param name="Command">The program and its arguments; not empty.</param>
/// <param name="Variables">The whole environment but the token, each NAME=VALUE.</param>
/// <param name="Port">The port it was given.</param>
/// <param name="Address">host:port that it was given.</param>
/// <param name="IsSingleton">True where it is to end with its lease.</param>
/// <param name="LeaseSeconds">Of a singleton: how long it runs on after the last renewal.</param>
/// <param name="GraceSeconds">From TERM to KILL.</param>
/// <param name="LogBytes">The most that is kept of what it prints.</param>
internal sealed record UnitOrder(
    int FormatVersion,
    string Service,
    int Number,
    long Assignment,
    int Run,
    string Token,
    ImmutableArray<string> Command,
    ImmutableArray<string> Variables,
    int Port,
    string Address,
    bool IsSingleton,
    int LeaseSeconds,
    int GraceSeconds,
    long LogBytes)
{
    /// <summary>The only format there is yet.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The variable that holds the token.</summary>
    public const string TokenVariable = "STATESERVER_RUN";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The unit.</summary>
    [JsonIgnore]
    public UnitName Unit => new(new ServiceName(Service), Number);

    /// <summary>Reads an order; null where there is none, or none that can be read.</summary>
    public static UnitOrder? Read(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<UnitOrder>(File.ReadAllText(path), Json);
            return read is
            {
                FormatVersion: CurrentFormat, Service.Length: > 0, Token.Length: > 0, Command.IsDefaultOrEmpty: false, Variables.IsDefault: false,
            }
                ? read
                : null;
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
}
