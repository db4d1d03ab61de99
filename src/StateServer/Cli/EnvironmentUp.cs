using System.Collections.Immutable;
using StateServer.Cli.Verbs;
using StateServer.Client;
using StateServer.Client.Failures;
using StateServer.Domain.Model;
using StateServer.Environments;
using StateServer.Local;
using StateServer.Protos.Operator;
using StateServer.Providers.Local;

namespace StateServer.Cli;

/// <summary>
/// <c>up</c> with an environment: the first state server as <c>bootstrap</c> begins it, and then as many as are wanted, as
/// <c>ensure-availability</c> gets them. Each step may be interrupted: the next <c>up</c> goes on from what it finds.
/// </summary>
/// <param name="request">What is asked for.</param>
/// <param name="output">Where progress and the result go.</param>
/// <param name="error">Where it goes how far the votes are.</param>
internal sealed class EnvironmentUp(UpRequest request, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    private readonly LocalRoot _root = request.Root;
    private readonly List<string> _complaints = [];

    /// <summary>Brings it up, and in front stays until interrupted.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="LocalFailureException">It can't be brought up as asked, or no member serves.</exception>
    /// <exception cref="VerbFailedException">Not all that was asked for is so, or it was interrupted.</exception>
    public async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        LocalCluster? cluster = null;
        try
        {
            // Looked at before the lock is taken too, so that wrong use makes no folder.
            Look();
            ImmutableArray<(LocalServer Server, string Reason)> missing;
            using (FolderLock work = await LocalWork.ClaimAsync(_root, LockPatience))
            {
                cluster = await BeginAsync(Look());
                missing = await ServeAsync(cluster, interruption.Token);
            }

            ListMembersResponse members = await ReturnAsync(cluster, missing, interruption.Token);
            await EnsureAsync(cluster, members, interruption.Token);
            return await EndAsync(cluster, interruption.Token);
        }
        catch (Exception failure) when (
            interruption.Token.IsCancellationRequested
            && failure is OperationCanceledException or VerbFailedException { ExitCode: ExitCode.Interrupted })
        {
            return await EndInterruptedAsync(cluster, interruption);
        }
    }

    private LocalPreparation Look()
    {
        LocalPreparation prepared = LocalPreparation.Look(_root, request.Count, request.Port, isEnvironment: true);
        return prepared.Cluster.IsFixed
            ? throw new LocalFailureException(wrongUse: false, $"another 'up' was at work in {_root.Path}; run it again")
            : prepared;
    }

    private async Task<LocalCluster> BeginAsync(LocalPreparation prepared)
    {
        if (prepared.IsNew)
        {
            prepared.Cluster.Write(_root.Path);
        }

        await output.WriteLineAsync($"{(prepared.IsNew ? "A new environment" : "The environment")} in {_root.Path}");
        return prepared.Cluster;
    }

    /// <summary>The state servers serve, the environment's settings are in their log, and what runs units is started.</summary>
    private async Task<ImmutableArray<(LocalServer Server, string Reason)>> ServeAsync(LocalCluster cluster, CancellationToken cancellationToken)
    {
        using var servers = new LocalServers(_root, cluster, TimeProvider.System);
        var missing = await EnvironmentStart.ServeAsync(servers, request.Patience ?? UpRequest.UsualPatience, output, cancellationToken);
        var environment = new LocalEnvironment(_root, cluster);
        var spec = new EnvironmentSpec(EnvironmentSpec.BuiltIn, ProviderType.Local) { Local = LocalEnvironmentSpec.Usual };
        (_, bool isNew) = await environment.EnsureAsync(spec, null, null, cancellationToken);
        if (isNew)
        {
            await output.WriteLineAsync($"Environment {spec.Name}, zones {string.Join(", ", cluster.ProviderOptions(_root).Zones.Select(z => z.Zone))}");
        }

        var started = await environment.StartMachinesAsync(cancellationToken);
        if (!started.IsEmpty)
        {
            await output.WriteLineAsync($"Started {started.Length} machines.");
        }

        return missing;
    }

    /// <summary>Healing goes on where all voters are back; of those that aren't, the reasons are kept.</summary>
    private async Task<ListMembersResponse> ReturnAsync(
        LocalCluster cluster, ImmutableArray<(LocalServer Server, string Reason)> missing, CancellationToken cancellationToken)
    {
        var healing = new LocalHealing(LocalEndpoints.Of(_root, cluster));
        ListMembersResponse members = await healing.MembersAsync(cancellationToken);
        ImmutableArray<string> serving = Serving(cluster, missing);
        ImmutableArray<string> away =
        [
            .. members.Members.Where(m => m.Vote is "has-vote" or "removing-vote").Select(m => m.Name).Where(name => !serving.Contains(name)),
        ];
        foreach (string name in away)
        {
            var known = missing.FirstOrDefault(one => one.Server.Name == name);
            _complaints.Add(known.Server is null ? $"{name} has no machine in {_root.Path}" : EnvironmentStart.Line(known.Server, known.Reason));
        }

        if (await healing.ResumeAsync(away, cancellationToken) is { } told)
        {
            await output.WriteLineAsync(told);
        }

        return members;
    }

    private ImmutableArray<string> Serving(LocalCluster cluster, ImmutableArray<(LocalServer Server, string Reason)> missing)
    {
        using var servers = new LocalServers(_root, cluster, TimeProvider.System);
        return [.. servers.All().Where(server => missing.All(one => one.Server.Machine.Id != server.Machine.Id)).Select(server => server.Name)];
    }

    /// <summary>As many state servers as are asked for; where nothing is said now, as many as it was begun with or is told since.</summary>
    private async Task EnsureAsync(LocalCluster cluster, ListMembersResponse members, CancellationToken cancellationToken)
    {
        int wanted = request.Count ?? (members.Target > 0 ? members.Target : cluster.StateServers ?? 0);
        if (wanted == 0 || (wanted == members.Target && _complaints.Count > 0))
        {
            return;
        }

        try
        {
            await using var client = new StateServerClient(new ClientOptions { Endpoints = LocalEndpoints.Of(_root, cluster) });
            AvailabilityProgress last = await AvailabilityCall.FollowAsync(
                client,
                new EnsureAvailabilityRequest { Voters = wanted },
                request.Patience ?? UpRequest.UsualVotePatience,
                error,
                cancellationToken);
            if (AvailabilityText.Simple(last.Changes) is { Length: > 0 } changes)
            {
                await output.WriteLineAsync(changes);
            }
        }
        catch (VerbFailedException failure) when (failure.ExitCode == ExitCode.Failed)
        {
            _complaints.AddRange(failure.Lines);
        }
        catch (StateServerException failure)
        {
            _complaints.AddRange(ModelCall.Told(failure).Lines);
        }
    }

    private async Task<int> EndAsync(LocalCluster cluster, CancellationToken cancellationToken)
    {
        using var servers = new LocalServers(_root, cluster, TimeProvider.System);

        // Looked at first: one that dies while the status is shown is told of, too.
        ImmutableArray<LocalServer> alive = [.. servers.All().Where(server => server.Runs)];
        await UpStatus.ShowAsync(_root, cluster, output, cancellationToken);
        if (request.IsDetached)
        {
            return _complaints.Count == 0 ? ExitCode.Done : throw new VerbFailedException(ExitCode.Failed, _complaints);
        }

        foreach (string complaint in _complaints)
        {
            await output.WriteLineAsync(complaint);
        }

        await output.WriteLineAsync("Ctrl-C stops all members.");
        return await StayAsync(servers, alive, cancellationToken);
    }

    /// <summary>Stays until interrupted, saying in one line which member ended and which came; ends by itself when none is left.</summary>
    private async Task<int> StayAsync(LocalServers servers, ImmutableArray<LocalServer> alive, CancellationToken interrupted)
    {
        while (!alive.IsEmpty)
        {
            await Task.Delay(LookPause, TimeProvider.System, interrupted);
            ImmutableArray<LocalServer> now = [.. servers.All().Where(server => server.Runs)];
            foreach (LocalServer gone in alive.Except(now))
            {
                await output.WriteLineAsync($"{gone.Name} in {gone.Machine.Zone} ended{LogTail.LastComplaint(gone.Machine.LogFile)}; see {gone.Machine.LogFile}");
            }

            foreach (LocalServer came in now.Except(alive))
            {
                await output.WriteLineAsync($"{came.Name} in {came.Machine.Zone} runs (machine {came.Machine.Tags.Machine})");
            }

            alive = now;
        }

        await output.WriteLineAsync("No member is left: leaving.");
        return ExitCode.Done;
    }

    private async Task<int> EndInterruptedAsync(LocalCluster? cluster, Interruption interruption)
    {
        if (cluster is null)
        {
            throw interruption.Failure("interrupted; nothing was changed");
        }

        if (request.IsDetached)
        {
            throw interruption.Failure($"interrupted; the members go on, 'stateserver down --root {_root.Path}' stops them");
        }

        await output.WriteLineAsync("Stopping all members.");
        using FolderLock work = await LocalWork.ClaimAsync(_root, LockPatience);
        using var run = new LocalRun(_root, cluster, TimeProvider.System);
        await DownVerb.StopAsync(_root, cluster, run, destroy: false, output);
        return ExitCode.Done;
    }
}
