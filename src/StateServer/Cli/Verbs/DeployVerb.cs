using System.CommandLine;
using System.CommandLine.Parsing;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>deploy</c>: a service and its first units.</summary>
internal static class DeployVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> service = ModelOptions.Service();
        var command = new Argument<string[]>("command")
        {
            Description = "Behind --: the program that each unit runs, and its arguments. Without one, the units only reserve machines.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> count = ModelOptions.Count("units, 0 to 1000");
        Option<string?> series = ModelOptions.Series();
        Option<string[]> constraints = ModelOptions.Constraints();
        Option<string?> to = ModelOptions.To();
        var variables = new Option<string[]>("--env")
        {
            Description = "A variable of the units' processes; once for each. Values are kept secret.",
            HelpName = "NAME=VALUE",
        };
        var singleton = new Option<bool>("--singleton")
        {
            Description = "No two processes of a unit may ever run at once: a successor waits for the certain end of the old one.",
        };
        var skew = new Option<string?>("--max-skew")
        {
            Description = "The greatest difference of units between two zones. Default: 1.",
            HelpName = "COUNT",
        };
        var unsatisfiable = new Option<string>("--when-unsatisfiable")
        {
            Description = "Where that can't be held: relax places the unit all the same, refuse lets it wait.",
            HelpName = "WHAT",
            DefaultValueFactory = _ => "relax",
        };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "deploy",
            "Deploy a service: its units are spread evenly over the zones. Returns once that is in the log; 'status' shows how far it is.",
            "deploy web -n 10 -- ./serve --verbose",
            "deploy db --to zone=local-a --constraints 'mem=4G' --env DATA=/srv/db --singleton -- ./db",
            "deploy web -n 10 --dry-run -- ./serve")
        {
            service, command,
        };
        foreach (Option option in new Option[] { count, series, constraints, to, variables, singleton, skew, unsatisfiable, dryRun })
        {
            verb.Options.Add(option);
        }

        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new DeployRequest
            {
                Service = parsed.GetValue(service)!,
                Units = ModelOptions.Read(count, parsed),
                Series = parsed.GetValue(series) ?? "",
                Constraints = ModelOptions.Read(constraints, parsed),
                Placement = parsed.GetValue(to) ?? "",
                Singleton = parsed.GetValue(singleton),
                MaxSkew = Skew(skew, parsed),
                WhenUnsatisfiable = Unsatisfiable(parsed.GetValue(unsatisfiable)!),
                DryRun = parsed.GetValue(dryRun),
            };
            request.Command.Add(Command(parsed.GetValue(command) ?? [], parsed));
            AddVariables(request, parsed.GetValue(variables) ?? []);
            await ZoneCheck.PlacementAsync(session, request.Placement);
            ChangeResponse change = await session.Client.DeployAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(change, change.Units.Count == 0
                ? $"Deployed {request.Service} without units"
                : $"Deployed {request.Service} with {ChangeText.Count(change.Units.Count, "unit")}: {ChangeText.Names(change.Units)}");
        });
        return verb;
    }

    /// <summary>The command. Words that are not behind -- are more likely a mistake: a second service, or a flag's value.</summary>
    private static string[] Command(string[] words, ParseResult parsed) =>
        words.Length == 0 || parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash)
            ? words
            : throw new VerbFailedException(
                ExitCode.WrongUse, $"'{words[0]}' is left over; a command goes behind --, such as 'deploy web -- ./serve'");

    private static int Skew(Option<string?> skew, ParseResult parsed) => LocalOptions.Number(skew, parsed) switch
    {
        null => 0,
        0 => throw new VerbFailedException(ExitCode.WrongUse, "--max-skew 0: give 1 or more"),
        { } given => given,
    };

    private static WhenUnsatisfiable Unsatisfiable(string text) => text switch
    {
        "relax" => WhenUnsatisfiable.Relax,
        "refuse" => WhenUnsatisfiable.Refuse,
        _ => throw new VerbFailedException(ExitCode.WrongUse, $"--when-unsatisfiable: '{text}' is neither; give relax or refuse"),
    };

    private static void AddVariables(DeployRequest request, string[] variables)
    {
        foreach (string variable in variables)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new VerbFailedException(ExitCode.WrongUse, $"--env: '{variable}' is no variable; give NAME=VALUE");
            }

            if (!request.Environment.TryAdd(variable[..equals], variable[(equals + 1)..]))
            {
                throw new VerbFailedException(ExitCode.WrongUse, $"--env: '{variable[..equals]}' is given twice; give each variable once");
            }
        }
    }
}
