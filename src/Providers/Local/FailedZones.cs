using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Providers.Local;

/// <summary>Which zones there are and which have failed, as files that every process of the root sees.</summary>
internal sealed class FailedZones(ProviderRoot root)
{
    /// <summary>True while a zone has failed.</summary>
    public bool Has(Zone zone) => File.Exists(root.FailedFileOf(zone));

    /// <summary>Fails a zone. The root is claimed.</summary>
    public void Add(Zone zone)
    {
        Directory.CreateDirectory(root.FailedFolder);
        File.WriteAllText(root.FailedFileOf(zone), "");
    }

    /// <summary>Heals a zone. The root is claimed.</summary>
    /// <returns>False where it had not failed.</returns>
    public bool Remove(Zone zone)
    {
        bool had = Has(zone);
        File.Delete(root.FailedFileOf(zone));
        return had;
    }

    /// <summary>The zones of the root: those that machines were launched with, or the usual ones before.</summary>
    public ImmutableArray<Zone> Known()
    {
        string[] names = File.Exists(root.ZonesFile) ? File.ReadAllLines(root.ZonesFile) : [];
        return names.Length > 0 ? [.. names.Select(n => new Zone(n))] : [.. LocalZone.First().Select(z => z.Zone)];
    }

    /// <summary>Notes the zones that machines are launched with. The root is claimed.</summary>
    public void Note(IEnumerable<Zone> zones)
    {
        ImmutableArray<Zone> now = [.. zones];
        if (!File.Exists(root.ZonesFile) || !Known().SequenceEqual(now))
        {
            WholeFile.Write(root.ZonesFile, string.Concat(now.Select(z => $"{z.Name}\n")));
        }
    }
}
