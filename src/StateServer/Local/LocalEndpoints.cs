using System.Collections.Immutable;

namespace StateServer.Local;

/// <summary>Where a local cluster's members serve clients.</summary>
internal static class LocalEndpoints
{
    /// <summary>
    /// The client addresses of all members that the root's files know: the fixed ones and the machines of state servers, those that run
    /// first. Never empty: where there is no machine yet, the first one's address to be.
    /// </summary>
    public static ImmutableArray<string> Of(LocalRoot root, LocalCluster cluster)
    {
        string[] known =
        [
            .. cluster.FixedMembers.Select(member => cluster.PortsOf(member).ClientAddress),
            .. OfServers(root, cluster),
        ];
        return known.Length > 0 ? [.. known.Distinct(StringComparer.Ordinal)] : [cluster.PortsOf(cluster.Members[0]).ClientAddress];
    }

    /// <summary>Those of the state servers that are machines; may be empty.</summary>
    public static IEnumerable<string> OfServers(LocalRoot root, LocalCluster cluster)
    {
        using var servers = new LocalServers(root, cluster, TimeProvider.System);
        return [.. servers.All().OrderByDescending(server => server.Runs).Select(server => server.Machine.Ports.ClientAddress)];
    }
}
