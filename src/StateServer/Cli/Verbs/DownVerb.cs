using System.Collections.Immutable;
using System.CommandLine;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Providers.Local;

namespace StateServer.Cli.Verbs;

/// <summary><c>down</c>: stops the local cluster; with <c>--destroy</c> removes it.</summary>
internal static class DownVerb
{
    /// <summary>An <c>up</c> that was just interrupted is stopping its members: wait for it.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "down",
            "Stop the local cluster's members and machines; 'up' starts them again. Nothing is healed meanwhile. Only processes proven to be its members are sent a signal.",
            "down",
            "down --root /tmp/cluster --destroy");
        Option<string?> root = LocalOptions.Root();
        var destroy = new Option<bool>("--destroy") { Description = "Then remove the cluster's data for good; what it did not make is left alone." };
        verb.Options.Add(root);
        verb.Options.Add(destroy);
        verb.SetAction(parsed => RunAsync(
            LocalRoot.Of(parsed.GetValue(root)), parsed.GetValue(destroy), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static async Task<int> RunAsync(LocalRoot root, bool destroy, TextWriter output)
    {
        if (LocalCluster.Read(root.Path) is not { } cluster)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{root.Path} holds no local cluster; give its folder with --root");
        }

        using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
        using var run = new LocalRun(root, cluster, TimeProvider.System);
        await StopAsync(root, cluster, run, destroy, output);
        if (destroy)
        {
            await DestroyAsync(root, cluster, output);
        }

        return ExitCode.Done;
    }

    /// <summary>Pauses healing, stops the members, which would launch and replace machines, and then the machines.</summary>
    /// <exception cref="VerbFailedException">A fixed member did not stop.</exception>
    /// <exception cref="LocalFailureException">A machine did not stop.</exception>
    internal static async Task StopAsync(LocalRoot root, LocalCluster cluster, LocalRun run, bool destroy, TextWriter output)
    {
        using var servers = new LocalServers(root, cluster, TimeProvider.System);
        if (run.Alive().IsEmpty && !servers.All().Any(server => server.Runs))
        {
            await output.WriteLineAsync("No member runs.");
        }
        else if (!destroy && await new LocalHealing(LocalEndpoints.Of(root, cluster)).PauseAsync() is { } unsure)
        {
            await output.WriteLineAsync($"Healing could not be paused: {unsure}");
        }

        ImmutableArray<LocalMember> left = await LocalWork.StopAsync(root, run, output);
        if (!left.IsEmpty)
        {
            throw new VerbFailedException(
                ExitCode.Failed,
                [.. left.Select(m => $"{m.Name} did not stop{(destroy ? "; nothing was removed" : "")}")]);
        }

        await LocalProgress.ShowAsync(output, servers.StopAsync);
        ImmutableArray<InstanceId> stopped = await new LocalEnvironment(root, cluster).StopMachinesAsync(CancellationToken.None);
        if (!stopped.IsEmpty)
        {
            await output.WriteLineAsync($"Stopped {stopped.Length} machines.");
        }
    }

    /// <summary>Ends all machines and removes what the cluster made. All is stopped.</summary>
    internal static async Task DestroyAsync(LocalRoot root, LocalCluster cluster, TextWriter output)
    {
        await new LocalEnvironment(root, cluster).DestroyMachinesAsync(CancellationToken.None);
        ImmutableArray<string> kept = LocalRemoval.Remove(root, cluster);
        await output.WriteLineAsync($"Removed cluster {cluster.ClusterId}.");
        foreach (string path in kept)
        {
            await output.WriteLineAsync($"Left alone, since the cluster did not make it: {path}");
        }
    }
}
