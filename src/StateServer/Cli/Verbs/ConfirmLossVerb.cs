using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>confirm-loss</c>: machines that are silent are really lost.</summary>
internal static class ConfirmLossVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var machines = new Argument<string[]>("machine")
        {
            Description = "The machines' numbers, such as 3 4; status names those that are silent.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "confirm-loss",
            "Confirm that machines are really lost, where too many are silent at once for the leader to believe it: their units are moved.",
            "confirm-loss 3 4 5")
        {
            machines,
        };
        verb.Options.Add(dryRun);
        new ModelCall().Serve(verb, async (parsed, session) =>
        {
            var request = new ConfirmLossRequest { DryRun = parsed.GetValue(dryRun) };
            request.Machines.Add(parsed.GetValue(machines));
            ChangeResponse change = await session.Client.ConfirmLossAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change,
                request.Machines.Count == 1
                    ? $"Machine {request.Machines[0]} counts as lost"
                    : $"Machines {string.Join(", ", request.Machines)} count as lost");
        });
        return verb;
    }
}
