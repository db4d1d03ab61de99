using StateServer.Domain.Apply;
using StateServer.Hosting;

namespace StateServer.Cli.Verbs;

/// <summary><c>version</c>: what this executable is.</summary>
internal static class VersionVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb("version", "Print the executable's version and the highest feature level it knows.", "version");
        verb.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(
                $"stateserver {ExecutableVersion.Text} (feature level {StateMachine.HighestFeatureLevel}, etcd API 3.4)");
            return ExitCode.Done;
        });
        return verb;
    }
}
