using System.Collections.Immutable;
using System.Globalization;
using StateServer.Domain.Model;
using StateServer.Local;
using StateServer.Options;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;

namespace StateServer.Hosting.Placement;

/// <summary>The providers of this build: the local one, where this member was told of a folder for its machines. Thread-safe.</summary>
/// <param name="options">This member's.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderSource(ServerOptions options, TimeProvider time) : IProviderSource
{
    private readonly Lazy<LocalProvider?> _local = new(() => options.LocalRoot is null ? null : new LocalProvider(LocalOptions(options), time));

    /// <inheritdoc/>
    public IInstanceProvider Find(EnvironmentSettings environment) => environment.Type switch
    {
        ProviderType.Local => _local.Value ?? throw new InvalidRequestException(
            "this member has no folder for local machines; start it with --local-root, as 'stateserver up' does"),
        _ => throw new InvalidRequestException($"the provider '{environment.Type}' is not in this build"),
    };

    /// <summary>The command line of a local machine's process, by what the machine is for. It depends on the machine alone: any member may launch it.</summary>
    internal static ImmutableArray<string> CommandOf(LocalMachine machine) =>
        machine.Tags.Role == InstanceRole.StateServer ? ServerCommand(machine) : AgentCommand(machine);

    /// <summary>Its user data are its settings file; its folder is the machine's, so that the member's claim on it is the machine's, too.</summary>
    private static ImmutableArray<string> ServerCommand(LocalMachine machine) =>
    [
        .. OwnExecutable.Arguments(),
        "server",
        "--own-session",
        "--config", machine.UserDataFile,
        "--data-dir", machine.Folder,
        "--zone", machine.Zone.Name,
        "--listen-client", machine.Ports.ClientAddress,
        "--listen-peer", machine.Ports.PeerAddress,
        "--listen-http", machine.Ports.HttpAddress,
    ];

    private static ImmutableArray<string> AgentCommand(LocalMachine machine) =>
    [
        .. OwnExecutable.Arguments(),
        "agent",
        "--own-session",
        "--folder", machine.Folder,
        "--environment-id", machine.Tags.Environment.ToString(),
        "--incarnation", machine.Tags.Incarnation.ToString(CultureInfo.InvariantCulture),
        "--machine", machine.Tags.Machine.ToString(),
        "--instance", machine.Id.Name,
        "--address", "127.0.0.1",
        "--ports", string.Create(CultureInfo.InvariantCulture, $"{machine.Ports.Client}-{machine.Ports.Client + 9}"),
        "--user-data", machine.UserDataFile,
    ];

    private static LocalProviderOptions LocalOptions(ServerOptions options) => new(options.LocalRoot!, CommandOf)
    {
        Zones = options.LocalZones,
        BasePort = (int)options.LocalPort,
    };
}
