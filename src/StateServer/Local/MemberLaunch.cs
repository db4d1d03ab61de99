using System.Diagnostics;
using System.Globalization;

namespace StateServer.Local;

/// <summary>Starts a local member: this same executable, with the verb <c>server</c>, in a session of its own.</summary>
internal static class MemberLaunch
{
    /// <summary>Starts it. Its standard output and error go to its log file as soon as it runs.</summary>
    public static Process Start(LocalRoot root, LocalCluster cluster, LocalMember member)
    {
        Directory.CreateDirectory(root.MemberFolder(member));
        SlotPorts ports = cluster.PortsOf(member);
        string executable = Environment.ProcessPath ?? throw new IOException("this process's executable can't be found");

        // The shell gives the member its log file before the runtime starts, which else keeps copies of this process's output
        // open: whoever reads that through a pipe would wait for the member's end. exec keeps the process id.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = root.Path };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" </dev/null >>\"$0\" 2>&1");
        start.ArgumentList.Add(root.LogFile(member));
        start.ArgumentList.Add(executable);
        if (string.Equals(Path.GetFileNameWithoutExtension(executable), "dotnet", StringComparison.Ordinal))
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "stateserver.dll"));
        }

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
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new IOException($"{executable} did not start");
    }
}
