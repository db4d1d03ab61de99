namespace StateServer.Scenarios.Membership;

/// <summary>One state server's process, as its command line tells.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Client">host:port for clients.</param>
/// <param name="Folder">Its data.</param>
/// <param name="IsMachine">True where the provider launched it; false for the one that <c>bootstrap</c> began with.</param>
internal sealed record ServerProcess(int Pid, string Client, string Folder, bool IsMachine)
{
    /// <summary>The machine's number. A launched one's folder is called by environment, incarnation, machine and attempt; what <c>bootstrap</c> began with is machine 0.</summary>
    public string Machine => IsMachine ? Path.GetFileName(Folder).Split('-')[^2] : "0";

    /// <summary>What it prints.</summary>
    public string LogFile => IsMachine ? Path.Combine(Folder, "machine.log") : Path.Combine(Path.GetDirectoryName(Folder)!, "server.log");
}
