using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>remove-machine</c>: machines that are to go.</summary>
internal static class RemoveMachineVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var machines = new Argument<string[]>("machine")
        {
            Description = "The machines' numbers, such as 3 4.",
            Arity = ArgumentArity.OneOrMore,
        };
        var force = new Option<bool>("--force") { Description = "Those with units too: the units are placed elsewhere." };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "remove-machine",
            "Remove machines: their instances are terminated. All of those named, or none; one with units is refused without --force.",
            "remove-machine 3",
            "remove-machine 3 4 --force --dry-run")
        {
            machines,
        };
        verb.Options.Add(force);
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new RemoveMachinesRequest { Force = parsed.GetValue(force), DryRun = parsed.GetValue(dryRun) };
            request.Machines.Add(parsed.GetValue(machines));
            ChangeResponse change = await session.Client.RemoveMachinesAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Removing machine{(request.Machines.Count == 1 ? "" : "s")} {string.Join(", ", request.Machines)}");
        });
        return verb;
    }
}
