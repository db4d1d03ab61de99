using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Providers.Local;

/// <summary>The records of machines that have ended: they are told of for a while, and a late request for their token launches nothing. The root is claimed by whoever changes them.</summary>
internal sealed class EndedMachines(ProviderRoot root)
{
    /// <summary>The newest so many are kept: a zone's machines, at once, with room. A token is asked for again within minutes.</summary>
    public const int Most = 256;

    /// <summary>True where one is known to have ended, whether its record can be read or not.</summary>
    public bool Has(InstanceId id) => File.Exists(root.EndedRecordOf(id));

    /// <summary>The record of one; null where none is kept.</summary>
    /// <exception cref="IOException">It is there and can't be read.</exception>
    public LaunchRecord? Find(InstanceId id) =>
        File.Exists(root.EndedRecordOf(id)) ? LaunchRecord.Read(root.EndedRecordOf(id)) : null;

    /// <summary>All that can be read, ascending by name.</summary>
    public ImmutableArray<LaunchRecord> All() =>
    [
        .. Files().Select(f => f.FullName).Order(StringComparer.Ordinal).Select(ReadOrNull).OfType<LaunchRecord>(),
    ];

    /// <summary>Keeps one, and lets the oldest go.</summary>
    public void Add(LaunchRecord record)
    {
        Directory.CreateDirectory(root.EndedFolder);
        record.Write(root.EndedRecordOf(record.Id()));
        foreach (FileInfo old in Files()
            .OrderByDescending(f => f.LastWriteTimeUtc).ThenByDescending(f => f.Name, StringComparer.Ordinal).Skip(Most))
        {
            old.Delete();
        }
    }

    private static LaunchRecord? ReadOrNull(string path)
    {
        try
        {
            return LaunchRecord.Read(path);
        }
        catch (IOException)
        {
            // It ended: that it can't be told of is no gap, its absence says the same.
            return null;
        }
    }

    private IEnumerable<FileInfo> Files() =>
        Directory.Exists(root.EndedFolder) ? new DirectoryInfo(root.EndedFolder).EnumerateFiles("*.json") : [];
}
