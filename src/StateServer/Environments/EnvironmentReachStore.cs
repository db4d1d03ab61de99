using System.Text.Json;
using StateServer.Domain.Identity;
using StateServer.Options;

namespace StateServer.Environments;

/// <summary>
/// Remembers how environments are reached: a file each, readable by this user alone, replaced as a whole. Several processes
/// may use it at once: the last to write wins, and each file is always one that somebody wrote.
/// </summary>
/// <param name="folder">The configuration folder.</param>
internal sealed class EnvironmentReachStore(ConfigurationFolder folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly string[] Schemes = ["http://", "https://"];

    /// <summary>Where an environment's file is.</summary>
    /// <exception cref="ArgumentException">It is no environment's name.</exception>
    public string PathOf(string environment) => EnvironmentName.Error(environment) is { } wrong
        ? throw new ArgumentException(wrong, nameof(environment))
        : Path.Combine(folder.ReachFolder, $"{environment}.json");

    /// <summary>True where something is remembered, readable or not.</summary>
    public bool Has(string environment) => EnvironmentName.Error(environment) is null && File.Exists(PathOf(environment));

    /// <summary>Reads how an environment is reached.</summary>
    /// <returns>Null where it was not bootstrapped by this user.</returns>
    /// <exception cref="IOException">The file is there and can't be understood; the message says why.</exception>
    public EnvironmentReach? Read(string environment)
    {
        string path = PathOf(environment);
        if (!File.Exists(path))
        {
            return null;
        }

        EnvironmentReach? read;
        try
        {
            read = JsonSerializer.Deserialize<EnvironmentReach>(File.ReadAllText(path), Json);
        }
        catch (JsonException exception)
        {
            throw new IOException($"{path} is damaged ({exception.Message.ReplaceLineEndings(" ")}); {Cure}");
        }

        if (read is { FormatVersion: > EnvironmentReach.CurrentFormat })
        {
            throw new IOException(
                $"{path} has format {read.FormatVersion}, this executable knows up to {EnvironmentReach.CurrentFormat}; use the newer executable");
        }

        return read is not null && IsWhole(read, environment)
            ? read
            : throw new IOException($"{path} is damaged (a name, id or address is missing or wrong); {Cure}");
    }

    /// <summary>Remembers how an environment is reached, in the place of what was known.</summary>
    /// <exception cref="ArgumentException">It names no address, or is otherwise not whole.</exception>
    /// <exception cref="IOException">It can't be written; what was known is as before.</exception>
    public void Write(EnvironmentReach reach)
    {
        string path = PathOf(reach.Environment);
        if (!IsWhole(reach, reach.Environment))
        {
            throw new ArgumentException($"a reach of '{reach.Environment}' without an id or a right address", nameof(reach));
        }

        ConfigurationFolder.Write(path, JsonSerializer.Serialize(reach, Json) + "\n");
    }

    /// <summary>
    /// Takes over what a running cluster says of its members. An answer that was under way while the name was given to another
    /// environment changes nothing, neither does one that names no member.
    /// </summary>
    /// <param name="environment">The environment's name.</param>
    /// <param name="id">The id of the environment that answered.</param>
    /// <param name="cluster">The cluster that answered.</param>
    /// <param name="endpoints">The client addresses of its members.</param>
    /// <returns>True where the file was written.</returns>
    /// <exception cref="IOException">The file can't be read or written.</exception>
    public bool Refresh(string environment, EnvironmentId id, ClusterId cluster, IReadOnlyCollection<string> endpoints)
    {
        if (endpoints.Count == 0 || Read(environment) is not { } known || known.Id != id)
        {
            return false;
        }

        EnvironmentReach heard = EnvironmentReach.Of(environment, id, cluster, endpoints) with { Root = known.Root };
        if (heard.ClusterId == known.ClusterId && heard.Endpoints.SequenceEqual(known.Endpoints))
        {
            return false;
        }

        Write(heard);
        return true;
    }

    /// <summary>Forgets how an environment is reached; it need not be known.</summary>
    public void Remove(string environment)
    {
        string path = PathOf(environment);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    private static string Cure => "remove it, and reach the environment with --endpoints";

    private static bool IsWhole(EnvironmentReach reach, string environment) =>
        reach.FormatVersion == EnvironmentReach.CurrentFormat
        && reach.Environment == environment
        && InitialMemberList.TryParseId(reach.EnvironmentId ?? "", out _) is null
        && InitialMemberList.TryParseId(reach.ClusterId ?? "", out _) is null
        && (reach.Root is null || Path.IsPathRooted(reach.Root))
        && !reach.Endpoints.IsDefaultOrEmpty
        && reach.Endpoints.Length <= EnvironmentReach.MostEndpoints
        && reach.Endpoints.All(e => e is not null && IsEndpoint(e));

    /// <summary>host:port, or a URL of one.</summary>
    private static bool IsEndpoint(string endpoint)
    {
        string? scheme = Schemes.FirstOrDefault(s => endpoint.StartsWith(s, StringComparison.Ordinal));
        return HostPort.Error(endpoint[(scheme?.Length ?? 0)..]) is null;
    }
}
