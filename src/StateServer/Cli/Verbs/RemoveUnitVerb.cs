using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>remove-unit</c>: units that are to go.</summary>
internal static class RemoveUnitVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var units = new Argument<string[]>("unit")
        {
            Description = "The units, such as web/0 web/3.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "remove-unit",
            "Remove units: their processes are stopped, then they are gone. All of those named, or none.",
            "remove-unit web/0",
            "remove-unit web/3 web/4 --dry-run")
        {
            units,
        };
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new RemoveUnitsRequest { DryRun = parsed.GetValue(dryRun) };
            request.Units.Add(parsed.GetValue(units));
            ChangeResponse change = await session.Client.RemoveUnitsAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, $"Removing {string.Join(", ", request.Units)}");
        });
        return verb;
    }
}
