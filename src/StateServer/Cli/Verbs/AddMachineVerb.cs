using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>add-machine</c>: machines without units.</summary>
internal static class AddMachineVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var place = new Argument<string?>("place")
        {
            Description = "zone=ZONE: it never falls back to another. Default: the emptiest zone.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> count = ModelOptions.Count("machines, 1 to 1000");
        Option<string?> series = ModelOptions.Series();
        Option<string[]> constraints = ModelOptions.Constraints();
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "add-machine",
            "Add machines without units, spread over the zones. Units that fit are placed on them first.",
            "add-machine",
            "add-machine zone=local-a",
            "add-machine -n 3 --constraints 'mem=8G'")
        {
            place,
        };
        verb.Options.Add(count);
        verb.Options.Add(series);
        verb.Options.Add(constraints);
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new AddMachinesRequest
            {
                Machines = ModelOptions.Read(count, parsed),
                Series = parsed.GetValue(series) ?? "",
                Constraints = ModelOptions.Read(constraints, parsed),
                Placement = parsed.GetValue(place) ?? "",
                DryRun = parsed.GetValue(dryRun),
            };
            await ZoneCheck.PlacementAsync(session, request.Placement);
            ChangeResponse change = await session.Client.AddMachinesAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Added {ChangeText.Count(change.Machines.Count, "machine")}: {ChangeText.Names(change.Machines)}");
        });
        return verb;
    }
}
