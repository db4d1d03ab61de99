using System.Globalization;
using System.Text.Json;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>
/// What a root knows of one launch, on disk before the process is started. It is synced: a loss of power ends the processes too, but
/// a record that is there and empty would leave every listing incomplete until somebody removes it by hand.
/// </summary>
/// <param name="FormatVersion">The file's format.</param>
/// <param name="Environment">The environment's id, a decimal string.</param>
/// <param name="Incarnation">The environment's incarnation.</param>
/// <param name="Machine">The machine's number.</param>
/// <param name="Role">What it is for, an <see cref="InstanceRole"/>.</param>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Slot">Its slot, from 0; gives its ports.</param>
/// <param name="RequestDigest">The request's digest.</param>
/// <param name="Process">The process that was started; null before it is known.</param>
/// <param name="IsEnding">True from when its end was decided: nothing takes that back.</param>
internal sealed record LaunchRecord(
    int FormatVersion,
    string Environment,
    long Incarnation,
    int Machine,
    int Role,
    int Attempt,
    string Zone,
    int Slot,
    string RequestDigest,
    ProcessProof? Process,
    bool IsEnding)
{
    /// <summary>The only format there is yet.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The record's file name in the machine's folder.</summary>
    public const string FileName = "launch.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The record of a request that was not launched yet.</summary>
    public static LaunchRecord Of(LaunchRequest request, int slot) => new(
        CurrentFormat,
        request.Tags.Environment.ToString(),
        request.Tags.Incarnation,
        request.Tags.Machine.Value,
        (int)request.Tags.Role,
        request.Attempt,
        request.Zone.Name,
        slot,
        request.Digest(),
        Process: null,
        IsEnding: false);

    /// <summary>Whose it is.</summary>
    public InstanceTags Tags() => new(
        new EnvironmentId(ulong.Parse(Environment, CultureInfo.InvariantCulture)),
        Incarnation,
        new MachineId(Machine),
        (InstanceRole)Role);

    /// <summary>The instance's name.</summary>
    public InstanceId Id() => InstanceName.Of(Tags(), Attempt);

    /// <summary>The instance as others see it.</summary>
    public Instance Seen(InstanceState state) => new(
        Id(), Tags(), Attempt, new Zone(Zone), state, "127.0.0.1");

    /// <summary>Writes the record, whole or not at all.</summary>
    public void Write(string path) => WholeFile.Write(path, JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Reads a record.</summary>
    /// <exception cref="IOException">It can't be understood; the message names the file and says why.</exception>
    public static LaunchRecord Read(string path)
    {
        LaunchRecord? read;
        try
        {
            read = JsonSerializer.Deserialize<LaunchRecord>(File.ReadAllText(path), Json);
        }
        catch (JsonException exception)
        {
            throw new IOException($"{path} is damaged ({exception.Message})", exception);
        }

        return read switch
        {
            { FormatVersion: > CurrentFormat } => throw new IOException(
                $"{path} has format {read.FormatVersion}, this executable knows up to {CurrentFormat}"),
            { FormatVersion: CurrentFormat, Incarnation: > 0, Machine: >= 0, Attempt: > 0, Slot: >= 0, Zone: not null, RequestDigest: not null }
                when ulong.TryParse(read.Environment, NumberStyles.None, CultureInfo.InvariantCulture, out _) => read,
            _ => throw new IOException($"{path} is damaged (fields are missing)"),
        };
    }
}
