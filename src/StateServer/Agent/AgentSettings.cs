using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using StateServer.Domain.Identity;
using StateServer.Options;
using Endpoint = StateServer.Client.Endpoints.Endpoint;

namespace StateServer.Agent;

/// <summary>The settings of the verb <c>agent</c>: from flags, and from a file of JSON as instances are given it at their start. Flags go first.</summary>
internal static class AgentSettings
{
    /// <summary>The settings, in the order of the help: the flag's name, what it takes, what it means.</summary>
    public static readonly ImmutableArray<(string Name, string Takes, string Meaning)> All =
    [
        ("folder", "DIR", "The folder of all it keeps. Required."),
        ("environment-id", "ID", "The environment's id. Required."),
        ("incarnation", "N", "The environment's incarnation; 1 by default."),
        ("machine", "N", "The machine's number. Required."),
        ("instance", "NAME", "The provider's name of the instance. Required."),
        ("endpoints", "LIST", "Client addresses of members, comma-separated; any one leads to all. Required."),
        ("address", "HOST", "Where the machine is reached; units are given it. 127.0.0.1 by default."),
        ("ports", "FIRST-LAST", "The ports that units are given. 40000-40999 by default."),
        ("log-limit", "SIZE", "The most that is kept of each unit's output. 16MiB by default."),
    ];

    private const long LeastLog = 64 << 10;
    private const long MostLog = 16L << 30;

    private static readonly string[] Required = ["folder", "environment-id", "machine", "instance", "endpoints"];

    /// <summary>Reads a file of settings: one JSON object of strings and numbers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errors">Told what is wrong.</param>
    public static Dictionary<string, string> ReadFile(string path, List<string> errors)
    {
        var read = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors.Add($"{path}: give one JSON object");
                return read;
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (All.All(s => s.Name != property.Name))
                {
                    errors.Add($"{path}: there is no setting '{property.Name}'; there are {string.Join(", ", All.Select(s => s.Name))}");
                }
                else if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
                {
                    errors.Add($"{path}: '{property.Name}' is neither a string nor a number");
                }
                else
                {
                    read[property.Name] = property.Value.ToString();
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            errors.Add($"{path}: {failure.Message}");
        }

        return read;
    }

    /// <summary>Judges the settings; all that is wrong is said.</summary>
    /// <param name="given">What was given, by name.</param>
    /// <param name="errors">Told what is wrong.</param>
    /// <returns>Null where anything is.</returns>
    public static AgentOptions? Read(IReadOnlyDictionary<string, string> given, List<string> errors)
    {
        foreach (string missing in Required.Where(n => string.IsNullOrEmpty(given.GetValueOrDefault(n))))
        {
            errors.Add($"--{missing} is missing");
        }

        ulong environment = Number(given, "environment-id", "1", 1, ulong.MaxValue, errors);
        ulong incarnation = Number(given, "incarnation", "1", 1, long.MaxValue, errors);
        ulong machine = Number(given, "machine", "0", 0, int.MaxValue, errors);
        ImmutableArray<string> endpoints = [.. (given.GetValueOrDefault("endpoints") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        foreach (string endpoint in endpoints)
        {
            try
            {
                Endpoint.Parse(endpoint);
            }
            catch (ArgumentException)
            {
                errors.Add($"--endpoints: '{endpoint}' is no address; give host:port, such as 127.0.0.1:2379");
            }
        }

        string address = given.GetValueOrDefault("address") ?? "127.0.0.1";
        if (Uri.CheckHostName(address) == UriHostNameType.Unknown)
        {
            errors.Add($"--address: '{address}' is no host; give a name or an IP address without a port");
        }

        if (PortRange.TryParse(given.GetValueOrDefault("ports") ?? "40000-40999", out PortRange ports) is { } wrongPorts)
        {
            errors.Add($"--ports: {wrongPorts}");
        }

        if (ByteSize.TryParse(given.GetValueOrDefault("log-limit") ?? "16MiB", out long log) is { } wrongSize)
        {
            errors.Add($"--log-limit: {wrongSize}");
        }
        else if (log is < LeastLog or > MostLog)
        {
            errors.Add($"--log-limit: {log} is out of range; give 64KiB to 16GiB");
        }

        return errors.Count > 0
            ? null
            : new AgentOptions
            {
                Folder = Path.GetFullPath(given["folder"]),
                Environment = new EnvironmentId(environment),
                Incarnation = (long)incarnation,
                Machine = new MachineId((int)machine),
                Instance = new InstanceId(given["instance"]),
                Address = address,
                Endpoints = endpoints,
                Ports = ports,
                LogBytes = log,
            };
    }

    private static ulong Number(
        IReadOnlyDictionary<string, string> given, string name, string usual, ulong least, ulong most, List<string> errors)
    {
        string text = given.GetValueOrDefault(name) is { Length: > 0 } some ? some : usual;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number >= least && number <= most)
        {
            return number;
        }

        errors.Add($"--{name}: '{text}' is out of range; give a whole number from {least} to {most}");
        return least;
    }
}
