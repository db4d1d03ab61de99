using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>add-unit</c>: more units of a service.</summary>
internal static class AddUnitVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> service = ModelOptions.Service();
        Option<string?> count = ModelOptions.Count("units, 1 to 1000");
        Option<string?> to = ModelOptions.To();
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "add-unit",
            "Add units to a service, in the zones that have the fewest.",
            "add-unit web -n 2",
            "add-unit web --to zone=local-b --dry-run")
        {
            service,
        };
        verb.Options.Add(count);
        verb.Options.Add(to);
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new AddUnitsRequest
            {
                Service = parsed.GetValue(service)!,
                Units = ModelOptions.Read(count, parsed),
                Placement = parsed.GetValue(to) ?? "",
                DryRun = parsed.GetValue(dryRun),
            };
            await ZoneCheck.PlacementAsync(session, request.Placement);
            ChangeResponse change = await session.Client.AddUnitsAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Added {ChangeText.Count(change.Units.Count, "unit")}: {ChangeText.Names(change.Units)}");
        });
        return verb;
    }
}
