using System.Collections.Immutable;
using System.Globalization;
using StateServer.Providers.Local;

namespace StateServer.Agent.Units;

/// <summary>The environment of a unit's processes.</summary>
internal static class UnitVariables
{
    private const string Ours = "STATESERVER_";

    /// <summary>
    /// What a unit has of the agent's own environment: what programs can't do without, no credentials, and the mark by which the local
    /// provider finds all that a machine runs when it ends it.
    /// </summary>
    private static readonly ImmutableArray<string> Inherited =
        ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", MachineMark.Variable];

    /// <summary>Composes it: a few of the agent's own; over them the service's; over all ours.</summary>
    /// <param name="wanted">The unit.</param>
    /// <param name="options">The agent's.</param>
    /// <param name="zone">The machine's zone.</param>
    /// <param name="endpoints">Client addresses of the cluster.</param>
    /// <param name="port">The unit's port.</param>
    /// <returns>NAME=VALUE each, in order of name.</returns>
    public static ImmutableArray<string> Compose(
        WantedUnit wanted, AgentOptions options, string zone, IEnumerable<string> endpoints, int port)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                variables[name] = value;
            }
        }

        foreach ((string name, string value) in wanted.Variables.Where(static v => !v.Key.StartsWith(Ours, StringComparison.Ordinal)))
        {
            variables[name] = value;
        }

        variables[Ours + "UNIT"] = wanted.Unit.ToString();
        variables[Ours + "SERVICE"] = wanted.Unit.Service.Name;
        variables[Ours + "ZONE"] = zone;
        variables[Ours + "MACHINE"] = options.Machine.ToString();
        variables[Ours + "ENDPOINTS"] = string.Join(',', endpoints);
        variables[Ours + "ADDRESS"] = options.Address;
        variables[Ours + "PORT"] = port.ToString(CultureInfo.InvariantCulture);
        variables[Ours + "SERVICE_PORTS"] = string.Join(',', wanted.Ports.Select(p => p.ToString(CultureInfo.InvariantCulture)));
        return [.. variables.Select(static v => $"{v.Key}={v.Value}")];
    }
}
