using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>set-constraints</c>: what machines that are launched from now on must offer.</summary>
internal static class SetConstraintsVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        var words = new Argument<string[]>("constraint")
        {
            Description = "Such as mem=2G cpu-cores=2; none takes all of them away.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> service = ServiceOption();
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "set-constraints",
            "Replace the constraints of the environment, or of a service. What stands already stays as it is.",
            "set-constraints mem=2G",
            "set-constraints --service web mem=4G cpu-cores=2",
            "set-constraints --service web")
        {
            words,
        };
        verb.Options.Add(service);
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            var request = new SetConstraintsRequest
            {
                Service = Read(service, parsed),
                Constraints = string.Join(' ', parsed.GetValue(words) ?? []),
                DryRun = parsed.GetValue(dryRun),
            };
            ChangeResponse change = await session.Client.SetConstraintsAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Set the constraints of {(request.Service.Length == 0 ? "the environment" : request.Service)}");
        });
        return verb;
    }

    /// <summary><c>--service</c>, of this verb and of <c>get-constraints</c>.</summary>
    internal static Option<string?> ServiceOption() => new("--service")
    {
        Description = "The service. Default: the environment's own constraints.",
        HelpName = "SERVICE",
    };

    /// <summary>The service; empty for the environment.</summary>
    /// <exception cref="VerbFailedException">It is given and empty: a script's variable that isn't set must not mean the environment.</exception>
    internal static string Read(Option<string?> service, ParseResult parsed) => parsed.GetValue(service) switch
    {
        null => "",
        "" => throw new VerbFailedException(ExitCode.WrongUse, "--service is empty; give a service's name, or leave the flag out for the environment"),
        { } name => name,
    };
}
