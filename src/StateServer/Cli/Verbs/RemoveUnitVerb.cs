using System.CommandLine;
using StateServer.Client.Failures;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>remove-unit</c>: units that are to go, by name, or so many of a service.</summary>
internal static class RemoveUnitVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var subjects = new Argument<string[]>("unit")
        {
            Description = "The units, such as web/0 web/3; with -n a service, such as web.",
            Arity = ArgumentArity.OneOrMore,
        };
        var count = new Option<int?>("-n", "--units")
        {
            Description = "How many units of the service: those without a machine first, then from the fullest zone.",
            HelpName = "COUNT",
        };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "remove-unit",
            "Remove units: their processes are stopped, then they are gone. All of those named, or none.",
            "remove-unit web/0",
            "remove-unit web/3 web/4 --dry-run",
            "remove-unit web -n 2")
        {
            subjects,
        };
        verb.Options.Add(count);
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new RemoveUnitsRequest { DryRun = parsed.GetValue(dryRun) };
            request.Units.Add(parsed.GetValue(count) is { } fewer
                ? await ChooseAsync(parsed.GetValue(subjects)!, fewer, session)
                : parsed.GetValue(subjects));
            ChangeResponse change = await RemoveAsync(request, parsed.GetValue(count) is not null, session);
            await session.WriteChangeAsync(change, $"Removing {string.Join(", ", request.Units)}");
        });
        return verb;
    }

    private static async Task<ChangeResponse> RemoveAsync(RemoveUnitsRequest request, bool chosen, ModelSession session)
    {
        try
        {
            return await session.Client.RemoveUnitsAsync(request, session.CancellationToken);
        }
        catch (OutcomeUnknownException unknown) when (chosen)
        {
            VerbFailedException told = ModelCall.Told(unknown);
            throw new VerbFailedException(told.ExitCode, [.. told.Lines, $"in place of -n it names {string.Join(' ', request.Units)}, which were chosen"]);
        }
    }

    /// <summary>Chosen before they are removed by name: however often the removal has to be sent, it names the same.</summary>
    private static async Task<IEnumerable<string>> ChooseAsync(string[] subjects, int count, ModelSession session)
    {
        if (session.IsRepeated)
        {
            throw new VerbFailedException(ExitCode.WrongUse, "--retry: name the units that were to go, not -n: others might be chosen now");
        }

        if (subjects is not [var service] || service.Contains('/', StringComparison.Ordinal))
        {
            throw new VerbFailedException(ExitCode.WrongUse, "-n: give one service, such as 'remove-unit web -n 2'");
        }

        var request = new ChooseUnitsToRemoveRequest { Service = service, Units = count };
        ChooseUnitsToRemoveResponse chosen = await session.Client.ChooseUnitsToRemoveAsync(request, session.CancellationToken);
        return chosen.Units;
    }
}
