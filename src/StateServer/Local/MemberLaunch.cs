using System.Diagnostics;
using System.Globalization;
using StateServer.Options;
using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>Starts a local member: this same executable, with the verb <c>server</c>, in a session of its own.</summary>
internal static class MemberLaunch
{
    /// <summary>Starts it. Its standard output and error go to its log file as soon as it runs.</summary>
    public static Process Start(LocalRoot root, LocalCluster cluster, LocalMember member)
    {
        Directory.CreateDirectory(root.MemberFolder(member));
        SlotPorts ports = cluster.PortsOf(member);
        string[] arguments =
        [
            "server",
            "--own-session",
            "--name", member.Name,
            "--node-id", member.NodeId,
            "--cluster-id", cluster.ClusterId,
            "--zone", member.Zone,
            "--data-dir", root.DataFolder(member),
            "--log-file", root.LogFile(member),
            "--listen-client", ports.ClientAddress,
            "--listen-peer", ports.PeerAddress,
            "--listen-http", ports.HttpAddress,
            "--advertise-client", string.Create(CultureInfo.InvariantCulture, $"http://{ports.ClientAddress}"),
            "--advertise-peer", ports.PeerAddress,
            "--initial-members", cluster.InitialMembers,
            "--local-root", root.Path,
            "--local-zones", LocalZoneList.Format(cluster.ProviderOptions(root).Zones),
            "--local-port", cluster.MachinePort.ToString(CultureInfo.InvariantCulture),
        ];
        return DetachedProcess.Start([.. OwnExecutable.Arguments(), .. arguments], root.Path, root.LogFile(member));
    }
}
