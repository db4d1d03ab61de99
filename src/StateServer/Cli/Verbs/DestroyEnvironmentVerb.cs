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
            return RunAsync(
                spec, BootstrapVerb.RootOf(spec, parsed.GetValue(root)), parsed.GetValue(yes), parsed.InvocationConfiguration.Output);
        });
        return verb;
    }

    private static async Task<int> RunAsync(EnvironmentSpec spec, LocalRoot root, bool yes, TextWriter output)
    {
        if (LocalCluster.Read(root.Path) is not { } cluster)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{root.Path} holds no environment; give its folder with --root");
        }

        if (!yes)
        {
            await output.WriteAsync($"Destroy environment {spec.Name} in {root.Path}, with all its machines and data? Type its name: ");
            if (await Console.In.ReadLineAsync() != spec.Name)
            {
                throw new VerbFailedException(ExitCode.Failed, "nothing was removed");
            }
        }

        using FolderLock work = await LocalWork.ClaimAsync(root, LockPatience);
        using var run = new LocalRun(root, cluster, TimeProvider.System);
        await DownVerb.StopAsync(root, cluster, run, destroy: true, output);
        await DownVerb.DestroyAsync(root, cluster, output);
        new EnvironmentReachStore(ConfigurationFolder.Of(System.Environment.GetEnvironmentVariable)).Remove(spec.Name);
        return ExitCode.Done;
    }
}
