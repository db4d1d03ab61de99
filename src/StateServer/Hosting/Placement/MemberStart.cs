using System.Collections.Immutable;
using System.Text.Json;
using StateServer.Consensus;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Options;

namespace StateServer.Hosting.Placement;

/// <summary>
/// What a state server's machine is given at its start: a settings file, as <c>server --config</c> reads it. It says who the new
/// member is, where it finds the others, and what all members are told alike; folder and ports are its machine's. From the
/// replicated state and the shared settings alone, so that members that were started alike give the same bytes. Thread-safe.
/// </summary>
/// <param name="replica">This member.</param>
/// <param name="options">What this member was told.</param>
internal sealed class MemberStart(IReplica replica, ServerOptions options)
{
    /// <summary>The bytes.</summary>
    /// <param name="member">The member that is to run there.</param>
    /// <param name="machine">Its machine.</param>
    /// <param name="environment">Settings of another provider's than the environment's are left out.</param>
    public ImmutableArray<byte> UserData(NodeId member, MachineRecord machine, EnvironmentSettings environment)
    {
        var state = replica.State;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [ServerSettings.ClusterId.Name] = options.Cluster.ToString(),
            [ServerSettings.NodeId.Name] = member.ToString(),
            [ServerSettings.Name.Name] = state.Membership.Standings.TryGetValue(member, out var standing) ? standing.Name : $"machine-{machine.Id}",
            [ServerSettings.Join.Name] = string.Join(',', state.Members.Values
                .Where(other => other.Id != member && state.Membership.MarkOf(other.Id) != MemberMark.Lost)
                .Select(other => other.PeerAddress)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Take(JoinList.MostPeers)),
        };
        if (machine.Zone is { } zone)
        {
            settings[ServerSettings.Zone.Name] = zone.Name;
        }

        foreach (var (name, value) in options.Shared.Where(shared => environment.Type == ProviderType.Local || !IsLocal(shared.Key)))
        {
            settings[name] = value;
        }

        return [.. JsonSerializer.SerializeToUtf8Bytes(settings)];
    }

    private static bool IsLocal(string name) =>
        name == ServerSettings.LocalRoot.Name || name == ServerSettings.LocalZones.Name || name == ServerSettings.LocalPort.Name;
}
