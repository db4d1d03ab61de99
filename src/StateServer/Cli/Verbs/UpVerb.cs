using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Local;
using StateServer.Options;
using StateServer.Providers.Local;
using StateServer.Reports;
using StateServer.Reports.Formats;
using StateServer.Snapshots;

namespace StateServer.Cli.Verbs;

/// <summary><c>up</c>: a cluster on this machine, each member a process of its own.</summary>
internal static class UpVerb
{
    private const string DefaultPatience = "60s";

    /// <summary>How often <c>up</c> in front looks whether its members live.</summary>
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "up",
            "Bring up a cluster on this machine, each member a process with its own folder. Resumes what is in the folder "
            + "already; members that run are left alone. Stays in front until Ctrl-C, which stops all.",
            "up",
            "up -n 5 --port 4000 --root /tmp/cluster --detach",
            "up --from-snapshot /backup/monday.snap --root /tmp/restored");
        Option<string?> count = LocalOptions.Count();
        Option<string?> port = LocalOptions.Port();
        var snapshot = new Option<string?>("--from-snapshot")
        {
            Description = "Begin a new cluster with a saved snapshot, as 'snapshot restore' does.",
            HelpName = "FILE",
        };
        var bare = new Option<bool>("--no-environment")
        {
            Description = "Don't make an environment: a key-value store alone, whose revisions begin as etcd's do.",
        };
        var detach = new Option<bool>("--detach") { Description = "Return once all members serve; they go on." };
        var patience = new Option<string>("--timeout")
        {
            Description = "How long to wait until all members serve.",
            HelpName = "DURATION",
            DefaultValueFactory = _ => DefaultPatience,
        };
        Option<string?> root = LocalOptions.Root();
        verb.Options.Add(count);
        verb.Options.Add(root);
        verb.Options.Add(port);
        verb.Options.Add(snapshot);
        verb.Options.Add(bare);
        verb.Options.Add(detach);
        verb.Options.Add(patience);
        verb.SetAction(parsed =>
        {
            if (Duration.TryParse(parsed.GetValue(patience)!, out TimeSpan wait) is { } wrong)
            {
                throw new VerbFailedException(ExitCode.WrongUse, $"--timeout: {wrong}");
            }

            if (wait <= TimeSpan.Zero)
            {
                throw new VerbFailedException(ExitCode.WrongUse, "--timeout: no member serves at once; give a second or more, such as 60s");
            }

            return RunAsync(
                LocalRoot.Of(parsed.GetValue(root)),
                LocalOptions.Number(count, parsed),
                LocalOptions.Number(port, parsed),
                parsed.GetValue(snapshot),
                parsed.GetValue(bare),
                parsed.GetValue(detach),
                wait,
                parsed.InvocationConfiguration.Output);
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        LocalRoot root, int? count, int? port, string? snapshot, bool bare, bool detach, TimeSpan patience, TextWriter output)
    {
        using var interruption = new Interruption();
        LocalRun? run = null;
        ImmutableArray<string> complaints;
        try
        {
            // Looked at before the lock is taken too, so that wrong use makes no folder.
            RefuseUsed(root, snapshot);
            LocalPreparation.Look(root, count, port);
            SnapshotRestoration? restoration = snapshot is null ? null : new(SnapshotStatusVerb.Read(snapshot));
            using (FolderLock work = await LocalWork.ClaimAsync(root, LockPatience))
            {
                RefuseUsed(root, snapshot);
                LocalPreparation prepared = LocalPreparation.Look(root, count, port);
                (run, complaints) = await StartAsync(root, prepared, restoration, patience, output, interruption.Token);
                await StartMachinesAsync(root, run.Cluster, bare, output, interruption.Token);
            }

            // Looked at first: one that dies while the status is shown is told of, too.
            ImmutableArray<LocalMember> alive = run.Alive();
            await ShowAsync(run.Cluster, output, interruption.Token);
            if (detach)
            {
                return complaints.IsEmpty ? ExitCode.Done : throw new VerbFailedException(ExitCode.Failed, complaints);
            }

            foreach (string complaint in complaints)
            {
                await output.WriteLineAsync(complaint);
            }

            await output.WriteLineAsync("Ctrl-C stops all members.");
            return await StayAsync(root, run, alive, output, interruption.Token);
        }
        catch (OperationCanceledException)
        {
            if (run is null)
            {
                throw interruption.Failure("interrupted before all members served; those started here were stopped");
            }

            if (detach)
            {
                throw interruption.Failure($"interrupted; the members go on, 'stateserver down --root {root.Path}' stops them");
            }

            await output.WriteLineAsync("Stopping all members.");
            await DownVerb.StopAsync(root, run.Cluster, run, destroy: false, output);
            return ExitCode.Done;
        }
        finally
        {
            run?.Dispose();
        }
    }

    private static async Task<(LocalRun Run, ImmutableArray<string> Complaints)> StartAsync(
        LocalRoot root,
        LocalPreparation prepared,
        SnapshotRestoration? restoration,
        TimeSpan patience,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        if (restoration is not null)
        {
            restoration.MakeLocal(root, prepared.Cluster);
            await output.WriteLineAsync(
                $"A new cluster of {prepared.Cluster.Members.Length} in {root.Path}, restored {restoration.Summary}");
        }
        else if (prepared.IsNew)
        {
            prepared.Cluster.Write(root.Path);
            await output.WriteLineAsync($"A new cluster of {prepared.Cluster.Members.Length} in {root.Path}");
        }
        else
        {
            await output.WriteLineAsync(
                $"The cluster of {prepared.Cluster.Members.Length} in {root.Path}: {prepared.Dead.Length} to start");
        }

        var run = new LocalRun(root, prepared.Cluster, TimeProvider.System);
        try
        {
            ImmutableArray<string> complaints = [];
            await LocalProgress.ShowAsync(
                prepared.Cluster.Members,
                output,
                async say => complaints = await run.StartAsync(prepared.Dead, patience, say, cancellationToken));
            return (run, complaints);
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Starts the machines that <c>down</c> stopped, and makes the environment where there is none.</summary>
    private static async Task StartMachinesAsync(
        LocalRoot root, LocalCluster cluster, bool bare, TextWriter output, CancellationToken cancellationToken)
    {
        var environment = new LocalEnvironment(root, cluster);
        ImmutableArray<InstanceId> started = await environment.StartMachinesAsync(cancellationToken);
        if (!started.IsEmpty)
        {
            await output.WriteLineAsync($"Started {started.Length} machines.");
        }

        if (bare)
        {
            return;
        }

        var spec = new EnvironmentSpec(EnvironmentSpec.BuiltIn, ProviderType.Local) { Local = LocalEnvironmentSpec.Usual };
        (_, bool isNew) = await environment.EnsureAsync(spec, null, null, cancellationToken);
        if (isNew)
        {
            await output.WriteLineAsync($"Environment {spec.Name}, zones {string.Join(", ", cluster.ProviderOptions(root).Zones.Select(z => z.Zone))}");
        }
    }

    private static void RefuseUsed(LocalRoot root, string? snapshot)
    {
        if (snapshot is not null)
        {
            LocalPreparation.RefuseUsed(root);
        }
    }

    private static async Task ShowAsync(LocalCluster cluster, TextWriter output, CancellationToken cancellationToken)
    {
        (ClusterReport? report, ImmutableArray<string> errors) =
            await StatusQuery.AskAsync(cluster.Endpoints.Split(','), cancellationToken);
        await output.WriteLineAsync();
        await output.WriteLineAsync(report is null
            ? $"no member told its status: {string.Join("; ", errors)}"
            : TabularStatus.Write(report, TimeProvider.System.GetUtcNow()));
        await output.WriteLineAsync();
        await output.WriteLineAsync($"ETCDCTL_API=3 etcdctl --endpoints={cluster.Endpoints} endpoint status -w table");
        await output.WriteLineAsync();
    }

    /// <summary>Stays until interrupted, saying in one line which member died; ends by itself when none is left.</summary>
    private static async Task<int> StayAsync(
        LocalRoot root, LocalRun run, ImmutableArray<LocalMember> alive, TextWriter output, CancellationToken interrupted)
    {
        bool allEndedCleanly = true;
        while (!alive.IsEmpty && !interrupted.IsCancellationRequested)
        {
            await Task.Delay(LookPause, TimeProvider.System, interrupted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ImmutableArray<LocalMember> now = run.Alive();
            foreach (LocalMember gone in interrupted.IsCancellationRequested ? [] : alive.Except(now))
            {
                int? code = run.ExitCodeOf(gone);
                allEndedCleanly &= code is null or 0;
                await output.WriteLineAsync(code == 0
                    ? $"{gone.Name} was stopped; 'stateserver up --root {root.Path}' starts it again"
                    : $"{gone.Name} died{(code is null ? "" : $" (exit code {code})")}{LogTail.LastComplaint(root.LogFile(gone))}; see {root.LogFile(gone)}; 'stateserver up --root {root.Path}' starts it again");
            }

            alive = now;
        }

        if (alive.IsEmpty)
        {
            await output.WriteLineAsync("No member is left: leaving.");
            return allEndedCleanly ? ExitCode.Done : ExitCode.Failed;
        }

        await output.WriteLineAsync("Stopping all members.");
        await DownVerb.StopAsync(root, run.Cluster, run, destroy: false, output);
        return ExitCode.Done;
    }
}
