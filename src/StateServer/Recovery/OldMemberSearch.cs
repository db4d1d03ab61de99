using System.Collections.Immutable;
using StateServer.Cli;
using StateServer.Consensus.Recovery;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Providers.Local;

namespace StateServer.Recovery;

/// <summary>Finds the old members' folders, and looks what they hold. Changes nothing.</summary>
internal static class OldMemberSearch
{
    /// <summary>Those of a local cluster: of its fixed members, whether the cluster's file still names them or not, and of its machines.</summary>
    public static ImmutableArray<OldMember> In(LocalRoot root, LocalCluster cluster)
    {
        string machines = Path.Combine(root.Path, "machines");
        IEnumerable<OldMember?> members = Folders(root.Path).Select(folder => Look(Path.Combine(folder, "data")) is { } found
            ? found with { Fixed = cluster.Members.FirstOrDefault(member => member.Name == Path.GetFileName(folder)) }
            : null);
        IEnumerable<OldMember?> launched = Folders(machines).Select(folder => Look(folder) is { } found
            ? found with { Machine = new InstanceId(Path.GetFileName(folder)) }
            : null);
        return [.. members.Concat(launched).OfType<OldMember>()];
    }

    /// <summary>Those that an operator names.</summary>
    /// <exception cref="VerbFailedException">One is named twice, isn't there, or is no member's data folder.</exception>
    public static ImmutableArray<OldMember> In(string folders)
    {
        string[] given = folders.Split(',', StringSplitOptions.TrimEntries);
        List<string> wrong = [];
        var found = ImmutableArray.CreateBuilder<OldMember>();
        foreach (string folder in given.Where(folder => folder.Length > 0).Select(Path.GetFullPath))
        {
            if (found.Any(member => member.Disk.Folder == Path.TrimEndingDirectorySeparator(folder)))
            {
                wrong.Add($"--data-dir: {folder} is named twice");
            }
            else if (Look(folder) is { } member)
            {
                found.Add(member);
            }
            else
            {
                wrong.Add(Directory.Exists(folder)
                    ? $"--data-dir: {folder} is no member's data folder: it has neither an identity nor a log"
                    : $"--data-dir: {folder} is not there; give the data folders of old members, or copies of them");
            }
        }

        if (given.Any(folder => folder.Length == 0))
        {
            wrong.Add("--data-dir: a folder's name is empty; give paths, separated by commas");
        }

        return wrong.Count == 0 ? found.ToImmutable() : throw new VerbFailedException(ExitCode.WrongUse, wrong);
    }

    private static OldMember? Look(string folder)
    {
        FolderClaim claim = FolderLock.Look(folder);
        return DiskReading.Look(folder) is { } disk ? new OldMember(disk, claim) : null;
    }

    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal) : [];
}
