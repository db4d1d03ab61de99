using StateServer.Domain.Identity;

namespace StateServer.Providers.Local;

/// <summary>Where the local provider's files are.</summary>
/// <param name="Path">The root folder, absolute.</param>
internal sealed record ProviderRoot(string Path)
{
    /// <summary>The provider's own folder, locked while something is changed.</summary>
    public string StateFolder => System.IO.Path.Combine(Path, "provider");

    /// <summary>The names of the zones that machines were launched with, one a line.</summary>
    public string ZonesFile => System.IO.Path.Combine(StateFolder, "zones");

    /// <summary>An empty file for each zone that has failed.</summary>
    public string FailedFolder => System.IO.Path.Combine(StateFolder, "failed");

    /// <summary>The launch records of machines that have ended.</summary>
    public string EndedFolder => System.IO.Path.Combine(StateFolder, "ended");

    /// <summary>A folder for each machine.</summary>
    public string MachinesFolder => System.IO.Path.Combine(Path, "machines");

    /// <summary>A machine's folder.</summary>
    public string FolderOf(InstanceId id) => System.IO.Path.Combine(MachinesFolder, id.Name);

    /// <summary>A machine's launch record.</summary>
    public string RecordOf(InstanceId id) => System.IO.Path.Combine(FolderOf(id), LaunchRecord.FileName);

    /// <summary>What is kept of a machine that has ended.</summary>
    public string EndedRecordOf(InstanceId id) => System.IO.Path.Combine(EndedFolder, id.Name + ".json");

    /// <summary>The file that is there while a zone has failed.</summary>
    public string FailedFileOf(Zone zone) => System.IO.Path.Combine(FailedFolder, zone.Name);
}
