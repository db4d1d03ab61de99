using System.Collections.Immutable;
using System.Text.Json;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Options;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Local;

/// <summary>
/// The launch of an environment's first member. There is no log yet that an attempt could stand in: its request is made from the
/// root's record, so that it can be asked for again.
/// </summary>
/// <param name="root">The cluster's folder.</param>
/// <param name="cluster">An environment's cluster.</param>
/// <param name="variable">The variables that name settings of all members.</param>
internal sealed class FirstMember(LocalRoot root, LocalCluster cluster, Func<string, string?> variable)
{
    /// <summary>The number of its machine.</summary>
    public static readonly MachineId Machine = new(0);

    private const long FirstIncarnation = 1;
    private const int OnlyAttempt = 1;

    /// <summary>What the provider is asked for.</summary>
    public LaunchRequest Request() => new(
        new InstanceTags(cluster.Environment, FirstIncarnation, Machine, InstanceRole.StateServer),
        OnlyAttempt,
        new Zone(cluster.Members[0].Zone),
        EnvironmentSpec.UsualSeries,
        Image: null,
        Constraints.None,
        UserData());

    /// <summary>Its settings: who it is, and what members that are launched later are to be told alike.</summary>
    private ImmutableArray<byte> UserData()
    {
        LocalMember first = cluster.Members[0];
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (ServerSetting shared in ServerSettings.Shared)
        {
            if (variable(shared.EnvironmentVariable) is { Length: > 0 } value)
            {
                settings[shared.Name] = value;
            }
        }

        settings[ServerSettings.ClusterId.Name] = cluster.ClusterId;
        settings[ServerSettings.NodeId.Name] = first.NodeId;
        settings[ServerSettings.Name.Name] = first.Name;
        settings[ServerSettings.InitialMembers.Name] = cluster.InitialMembers;
        settings[ServerSettings.LocalRoot.Name] = root.Path;
        settings[ServerSettings.LocalZones.Name] = LocalZoneList.Format(cluster.ProviderOptions(root).Zones);
        settings[ServerSettings.LocalPort.Name] = cluster.MachinePort.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return [.. JsonSerializer.SerializeToUtf8Bytes(settings)];
    }
}
