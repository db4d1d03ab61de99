using System.CommandLine;
using StateServer.Environments;
using StateServer.Local;
using StateServer.Providers.Local;

namespace StateServer.Cli.Verbs;

/// <summary><c>destroy-environment</c>: removes all that an environment launched, and only that.</summary>
internal static class DestroyEnvironmentVerb
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb(
            "destroy-environment",
            "Stop an environment's state servers, end all machines that it launched, and remove its data. Asks first.",
            "destroy-environment -e local",
            "destroy-environment -y");
        Option<string?> environment = EnvironmentOptions.Environment();
        Option<string?> file = EnvironmentOptions.File();
        Option<string?> root = LocalOptions.Root();
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask." };
        foreach (Option option in new Option[] { environment, file, root, yes })
        {
            verb.Options.Add(option);
        }

        verb.SetAction(parsed =>
        {
            EnvironmentSpec spec = EnvironmentOptions.Choose(
                parsed.GetValue(environment), parsed.GetValue(file), System.Environment.GetEnvironmentVariable);
            return RunAsync(spec, parsed.GetValue(root), parsed.GetValue(yes), parsed.InvocationConfiguration.Output);
        });
        return verb;
    }

    private static async Task<int> RunAsync(EnvironmentSpec spec, string? givenRoot, bool yes, TextWriter output)
    {
        var reaches = new EnvironmentReachStore(ConfigurationFolder.Of(System.Environment.GetEnvironmentVariable));
        EnvironmentReach? reach = reaches.Read(spec.Name);
        LocalRoot root = BootstrapVerb.RootOf(spec, givenRoot ?? reach?.Root);
        if (LocalCluster.Read(root.Path) is not { } cluster)
        {
            return reach is null || givenRoot is not null
                ? throw new VerbFailedException(ExitCode.Failed, $"{root.Path} holds no environment; give its folder with --root")
                : await ForgetAsync(spec, reaches, root, output);
        }

        Judge(spec, reach, root, cluster);
        if (!yes)
        {
            await output.WriteAsync($"Destroy environment {spec.Name} in {root.Path}, with all its machines and data? Type its name: ");
            string? answer = await Console.In.ReadLineAsync();
            if (answer != spec.Name)
            {
                throw new VerbFailedException(
                    ExitCode.Failed, $"{(answer is null ? "nobody answered" : "that isn't its name")}: nothing was removed; -y doesn't ask");
            }
        }

        using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
        using var run = new LocalRun(root, cluster, TimeProvider.System);
        await DownVerb.StopAsync(root, cluster, run, destroy: true, output);
        await DownVerb.DestroyAsync(root, cluster, output);
        reaches.Remove(spec.Name);
        return ExitCode.Done;
    }

    /// <summary>What was remembered of an environment whose folder somebody removed would keep its name taken for ever.</summary>
    private static async Task<int> ForgetAsync(EnvironmentSpec spec, EnvironmentReachStore reaches, LocalRoot root, TextWriter output)
    {
        reaches.Remove(spec.Name);
        await output.WriteLineAsync($"Nothing of environment {spec.Name} is left in {root.Path}: it is forgotten.");
        return ExitCode.Done;
    }

    /// <summary>Refuses a folder that holds another cluster than the environment's: that of <c>up</c> is the built-in environment's.</summary>
    private static void Judge(EnvironmentSpec spec, EnvironmentReach? reach, LocalRoot root, LocalCluster cluster)
    {
        if (reach is null ? spec.Name != EnvironmentSpec.BuiltIn : reach.ClusterId != cluster.ClusterId)
        {
            throw new VerbFailedException(
                ExitCode.Failed,
                $"{root.Path} holds cluster {cluster.ClusterId}, which is not environment '{spec.Name}'; end that cluster with 'stateserver down --destroy --root {root.Path}'");
        }
    }
}
