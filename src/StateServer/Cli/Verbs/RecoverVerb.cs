using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Consensus.Snapshots;
using StateServer.Local;
using StateServer.Providers.Local;
using StateServer.Recovery;

namespace StateServer.Cli.Verbs;

/// <summary><c>recover</c>: what the disks of a cluster without a quorum hold, and a new cluster of one made of the best of them.</summary>
internal static class RecoverVerb
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what the old members' disks hold, and what would be kept and lost; change nothing." };
        var apply = new Option<bool>("--apply") { Description = "Do it." };
        Option<string?> root = LocalOptions.Root();
        var folders = new Option<string?>("--data-dir")
        {
            Description = "The old members' data folders, comma-separated, instead of a local cluster's; the best one becomes the new member's.",
            HelpName = "DIR,…",
        };
        var snapshot = new Option<string?>("--from-snapshot")
        {
            Description = "Go on with a saved snapshot instead of the best disk, in an old member's folder.",
            HelpName = "FILE",
        };
        var fenced = new Option<bool>("--old-members-are-fenced")
        {
            Description = "With --data-dir: you have ended the other old members for good. A local cluster's are ended by the provider.",
        };
        var force = new Option<bool>("--force") { Description = "Also where whole disks of a quorum are left, whose members could simply be started." };
        var format = new Option<string>("--format")
        {
            Description = $"The form to print: {string.Join(", ", RecoveryText.Forms)}.",
            HelpName = "FORM",
            DefaultValueFactory = _ => RecoveryText.Forms[0],
        };
        var verb = new Verb(
            "recover",
            "After a quorum was lost for good: make a new cluster of one member of the best old disk, under a new id, so that no other old "
            + "member can come back. The old disk's data is kept aside; 'ensure-availability' grows the cluster again.",
            "recover --dry-run",
            "recover --apply --root /tmp/cluster",
            "recover --apply --data-dir /var/lib/stateserver --old-members-are-fenced");
        foreach (Option option in new Option[] { dryRun, apply, root, folders, snapshot, fenced, force, format })
        {
            verb.Options.Add(option);
        }

        verb.SetAction(async parsed =>
        {
            RecoveryRequest request = new(
                parsed.GetValue(apply),
                parsed.GetValue(root),
                parsed.GetValue(folders),
                parsed.GetValue(snapshot),
                parsed.GetValue(fenced),
                parsed.GetValue(force),
                parsed.GetValue(format)!);
            Judge(request, parsed.GetValue(dryRun));
            TextWriter output = parsed.InvocationConfiguration.Output;
            return request.Apply ? await ApplyAsync(request, output) : Show(request, output);
        });
        return verb;
    }

    private static void Judge(RecoveryRequest request, bool dryRun)
    {
        List<string> wrong = [];
        if (request.Apply == dryRun)
        {
            wrong.Add(dryRun ? "--dry-run and --apply contradict each other; give one of them" : "give --dry-run, to see what would be kept and lost, or --apply, to do it");
        }

        if (request.Folders is not null && request.Root is not null)
        {
            wrong.Add("--root and --data-dir both say where the old members are; give one of them");
        }

        if (request.AreFenced && request.Folders is null)
        {
            wrong.Add("--old-members-are-fenced: a local cluster's old members are ended by the provider; leave it out, or give --data-dir");
        }

        if (!RecoveryText.Forms.Contains(request.Form))
        {
            wrong.Add($"--format: there is no form '{request.Form}'; give {string.Join(", ", RecoveryText.Forms)}");
        }

        if (wrong.Count > 0)
        {
            throw new VerbFailedException(ExitCode.WrongUse, wrong);
        }
    }

    private static int Show(RecoveryRequest request, TextWriter output)
    {
        ImmutableArray<OldMember> old = request.Folders is { } folders
            ? OldMemberSearch.In(folders)
            : Of(LocalRoot.Of(request.Root)) is var (root, cluster) ? Found(root, OldMemberSearch.In(root, cluster)) : [];
        output.WriteLine(RecoveryText.Write(RecoveryReport.Of(Finder(request)(old), request.Arguments), request.Form));
        return ExitCode.Done;
    }

    private static async Task<int> ApplyAsync(RecoveryRequest request, TextWriter output)
    {
        Action<string> say = request.Form == "json" ? static _ => { } : output.WriteLine;
        Func<ImmutableArray<OldMember>, RecoveryFinding> find = Finder(request);
        RecoveryResult made;
        if (request.Folders is { } folders)
        {
            ImmutableArray<OldMember> old = OldMemberSearch.In(folders);
            if (BegunRecovery.Finish(old, say))
            {
                return ExitCode.Done;
            }

            made = await new FolderRecovery(find(old), say).RunAsync(request.AreFenced, request.Force);
        }
        else
        {
            (LocalRoot root, LocalCluster cluster) = Of(LocalRoot.Of(request.Root));
            using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
            if (BegunRecovery.Finish(Found(root, OldMemberSearch.In(root, cluster)), say))
            {
                return ExitCode.Done;
            }

            made = await new LocalRecovery(root, cluster, find, say).RunAsync(request.Force);
        }

        await output.WriteLineAsync(made.Write(request.Form));
        return ExitCode.Done;
    }

    /// <summary>Judges what was found; a snapshot is read, and verified whole, once.</summary>
    private static Func<ImmutableArray<OldMember>, RecoveryFinding> Finder(RecoveryRequest request)
    {
        if (request.Snapshot is not { } file)
        {
            return RecoveryFinding.Of;
        }

        SavedSnapshot saved = SnapshotStatusVerb.Read(file);
        return old => RecoveryFinding.Of(old, saved, file);
    }

    private static (LocalRoot Root, LocalCluster Cluster) Of(LocalRoot root) => LocalCluster.Read(root.Path) is { } cluster
        ? (root, cluster)
        : throw new VerbFailedException(
            ExitCode.Failed, $"{root.Path} holds no local cluster; give its folder with --root, or old members' data folders with --data-dir");

    private static ImmutableArray<OldMember> Found(LocalRoot root, ImmutableArray<OldMember> old) => !old.IsEmpty
        ? old
        : throw new VerbFailedException(
            ExitCode.Failed,
            $"no old member's folder is left in {root.Path}; make a new cluster of a snapshot: 'stateserver up --from-snapshot FILE --root NEW'");
}
