using System.Collections.Immutable;
using StateServer.Cli.Verbs;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Local;
using StateServer.Providers.Local;
using StateServer.Snapshots;

namespace StateServer.Cli;

/// <summary><c>up</c> with fixed members: all of them begin the cluster together and stay its members, whatever becomes of them.</summary>
internal static class FixedUp
{
    /// <summary>How often <c>up</c> in front looks whether its members live.</summary>
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    /// <summary>Brings it up.</summary>
    public static async Task<int> RunAsync(UpRequest request, TextWriter output)
    {
        LocalRoot root = request.Root;
        using var interruption = new Interruption();
        LocalRun? run = null;
        ImmutableArray<string> complaints;
        try
        {
            // Looked at before the lock is taken too, so that wrong use makes no folder.
            RefuseUsed(root, request.Snapshot);
            LocalPreparation.Look(root, request.Count, request.Port);
            SnapshotRestoration? restoration = request.Snapshot is null ? null : new(SnapshotStatusVerb.Read(request.Snapshot));
            using (FolderLock work = await LocalWork.ClaimAsync(root, LockPatience))
            {
                RefuseUsed(root, request.Snapshot);
                LocalPreparation prepared = LocalPreparation.Look(root, request.Count, request.Port);
                (run, complaints) = await StartAsync(root, prepared, restoration, request.Patience ?? UpRequest.UsualPatience, output, interruption.Token);
                await StartMachinesAsync(root, run.Cluster, request.IsBare, output, interruption.Token);
            }

            ImmutableArray<LocalMember> alive = run.Alive();
            if (await new LocalHealing(LocalEndpoints.Of(root, run.Cluster)).ResumeAsync(
                [.. run.Cluster.FixedMembers.Except(alive).Where(m => run.ExitCodeOf(m) != ExitCode.Removed).Select(m => m.Name)],
                interruption.Token) is { } told)
            {
                await output.WriteLineAsync(told);
            }

            // Looked at before: one that dies while the status is shown is told of, too.
            await UpStatus.ShowAsync(root, run.Cluster, output, interruption.Token);
            if (request.IsDetached)
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

            if (request.IsDetached)
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
            // Those that were launched in lost members' places may be needed for a majority.
            using var launched = new LocalServers(root, prepared.Cluster, TimeProvider.System);
            await LocalProgress.ShowAsync(output, say => launched.StartAsync(say, cancellationToken));
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
