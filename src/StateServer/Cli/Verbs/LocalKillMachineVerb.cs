using System.CommandLine;
using StateServer.Local;

namespace StateServer.Cli.Verbs;

/// <summary><c>local kill-machine</c>: a machine is gone at once.</summary>
internal static class LocalKillMachineVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var machine = new Argument<string>("machine") { Description = "Its number, as status shows it, or its instance's name." };
        Option<string?> root = LocalOptions.Root();
        var verb = new Verb(
            "kill-machine",
            "Kill a machine of the local provider with all that it started: it is gone for good, its folder too; a state server "
            + "is replaced. Of a fixed member ('up --no-environment') the data is kept, and 'up' starts it again. Only processes proven to be the machine's are sent a signal.",
            "local kill-machine 3")
        {
            machine,
            root,
        };
        verb.SetAction(parsed => RunAsync(
            LocalRoot.Of(parsed.GetValue(root)), parsed.GetValue(machine)!, parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static Task<int> RunAsync(LocalRoot root, string machine, TextWriter output) =>
        LocalTrial.RunAsync(root, async (faults, cancellationToken) =>
        {
            string killed = await new MemberFaults(root, LocalCluster.Read(root.Path)).KillAsync(machine) is { } member
                ? $"{member.Name}: killed; 'stateserver up --root {root.Path}' starts it again"
                : $"{await faults.KillMachineAsync(machine, cancellationToken)}: killed";
            await output.WriteLineAsync(killed);
        });
}
