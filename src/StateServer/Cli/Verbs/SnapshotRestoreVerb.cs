using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Consensus;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Options;
using StateServer.Providers.Local;
using StateServer.Snapshots;

namespace StateServer.Cli.Verbs;

/// <summary><c>snapshot restore</c>: a new cluster of a saved snapshot; a local one whole, or one member's folder on its machine.</summary>
internal static class SnapshotRestoreVerb
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var file = new Argument<string>("file") { Description = "A file of 'snapshot save', ours or etcdctl's." };
        Option<string?> root = LocalOptions.Root();
        Option<string?> count = LocalOptions.Count();
        Option<string?> port = LocalOptions.Port();
        Dictionary<ServerSetting, Option<string?>> member = new[]
        {
            ServerSettings.DataDir, ServerSettings.Name, ServerSettings.NodeId, ServerSettings.ClusterId, ServerSettings.InitialMembers,
        }.ToDictionary(s => s, s => new Option<string?>(s.Flag) { Description = $"Of one member: as for 'server'. {s.Description}", HelpName = s.ValueName });
        var verb = new Verb(
            "restore",
            "Make a new cluster of a saved snapshot: new ids, revisions far ahead of the old ones, all before them compacted, leases "
            + "with their full time to live, client sessions dropped. With --data-dir: the folder of one member, run on each "
            + "machine with the ids that 'mint' made. Otherwise: a cluster on this machine, for 'up'. The file is verified before "
            + "anything is written, and only new or empty folders are taken.",
            "snapshot restore /backup/monday.snap --root /tmp/cluster -n 3",
            "snapshot restore /backup/monday.snap --data-dir /var/lib/stateserver --name a --node-id 17 --cluster-id 4711 --initial-members a=17@10.0.0.1:2380")
        {
            file,
        };
        foreach (Option<string?> option in (Option<string?>[])[root, count, port, .. member.Values])
        {
            verb.Options.Add(option);
        }

        verb.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            TextWriter output = parsed.InvocationConfiguration.Output;
            ImmutableArray<Option<string?>> local = [.. new[] { root, count, port }.Where(o => IsGiven(parsed, o))];
            ImmutableArray<Option<string?>> single = [.. member.Values.Where(o => IsGiven(parsed, o))];
            if (!local.IsEmpty && !single.IsEmpty)
            {
                throw new VerbFailedException(
                    ExitCode.WrongUse,
                    $"{single[0].Name} is for one member's folder and {local[0].Name} for a cluster on this machine; give the ones or the others");
            }

            return single.IsEmpty
                ? RestoreLocalAsync(path, LocalRoot.Of(parsed.GetValue(root)), LocalOptions.Number(count, parsed), LocalOptions.Number(port, parsed), output)
                : RestoreMemberAsync(path, member.ToDictionary(m => m.Key, m => parsed.GetValue(m.Value)), output);
        });
        return verb;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static async Task<int> RestoreLocalAsync(string path, LocalRoot root, int? count, int? port, TextWriter output)
    {
        // Before the file is read, which may take a while, and before the lock is taken: wrong use makes no folder.
        LocalPreparation.RefuseUsed(root);
        LocalPreparation.Look(root, count, port);
        var restoration = new SnapshotRestoration(SnapshotStatusVerb.Read(path));
        using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
        LocalPreparation.RefuseUsed(root);
        LocalPreparation prepared = LocalPreparation.Look(root, count, port);
        restoration.MakeLocal(root, prepared.Cluster);
        await output.WriteLineAsync($"Restored as cluster {prepared.Cluster.ClusterId} of {prepared.Cluster.Members.Length} in {root.Path}, {restoration.Summary}.");
        await output.WriteLineAsync($"Start it: stateserver up --root {root.Path}");
        return ExitCode.Done;
    }

    private static async Task<int> RestoreMemberAsync(string path, Dictionary<ServerSetting, string?> given, TextWriter output)
    {
        List<string> errors = [.. given.Where(g => string.IsNullOrEmpty(g.Value)).Select(g => $"{g.Key.Flag} is missing; one member's folder needs all of {string.Join(", ", given.Keys.Select(k => k.Flag))}")];
        (NodeId self, ClusterId cluster, ImmutableArray<InitialMember> members) = Judge(given, errors);
        if (errors.Count > 0)
        {
            throw new VerbFailedException(ExitCode.WrongUse, errors);
        }

        string folder = Path.GetFullPath(given[ServerSettings.DataDir]!);
        if ((RestoredFolder.Refusal(folder) ?? WritableFolder.Error(folder)) is { } refusal)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{ServerSettings.DataDir.Flag}: {refusal}");
        }

        var restoration = new SnapshotRestoration(SnapshotStatusVerb.Read(path));
        errors.AddRange(restoration.IdErrors(cluster, members));
        if (errors.Count > 0)
        {
            throw new VerbFailedException(ExitCode.WrongUse, errors);
        }

        restoration.MakeMember(folder, cluster, self, members);
        await output.WriteLineAsync($"Restored the folder {folder} of member {given[ServerSettings.Name]}, {restoration.Summary}.");
        await output.WriteLineAsync("Do the same, of the same file, for each of the initial members; then start them with the same flags.");
        return ExitCode.Done;
    }

    private static (NodeId Self, ClusterId Cluster, ImmutableArray<InitialMember> Members) Judge(
        Dictionary<ServerSetting, string?> given, List<string> errors)
    {
        ulong self = Id(ServerSettings.NodeId), cluster = Id(ServerSettings.ClusterId);
        ImmutableArray<InitialMember> members = [];
        if (given[ServerSettings.InitialMembers] is { Length: > 0 } list)
        {
            string? wrong = InitialMemberList.TryParse(list, out members);
            errors.AddRange((wrong is null ? InitialMemberList.Errors(members) : [wrong]).Select(e => $"{ServerSettings.InitialMembers.Flag}: {e}"));
        }

        string? name = given[ServerSettings.Name];
        if (errors.Count == 0 && !members.Any(m => m.Id.Value == self && m.Name == name))
        {
            errors.Add($"{ServerSettings.InitialMembers.Flag}: there is no member '{name}' with node id {self} in the list; add it");
        }

        return (new NodeId(self), new ClusterId(cluster), members);

        ulong Id(ServerSetting setting)
        {
            ulong id = 0;
            if (given[setting] is { Length: > 0 } text && InitialMemberList.TryParseId(text, out id) is { } wrong)
            {
                errors.Add($"{setting.Flag}: {wrong}");
            }

            return id;
        }
    }
}
