using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>What the command line of a machine's process is made from.</summary>
/// <param name="Id">The instance's name.</param>
/// <param name="Tags">Whose it is.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Folder">Its folder, which its process locks. Of this folder's files, <c>launch.json</c>, <c>user-data</c> and
/// <c>machine.log</c> are the provider's and <c>process.*</c> the lock's; the rest is the process's.</param>
/// <param name="Ports">Its slot's ports; seven more above them are its own, too.</param>
public sealed record LocalMachine(InstanceId Id, InstanceTags Tags, Zone Zone, string Folder, SlotPorts Ports)
{
    /// <summary>The file with the launch's user data, byte for byte; only this user may read it.</summary>
    public string UserDataFile => Path.Combine(Folder, "user-data");

    /// <summary>What its process prints.</summary>
    public string LogFile => Path.Combine(Folder, "machine.log");
}
