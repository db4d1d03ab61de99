using System.CommandLine;
using StateServer.Protos.Operator;

namespace StateServer.Cli.Verbs;

/// <summary><c>expose</c>: opens ports of a service to the world.</summary>
internal static class ExposeVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create()
    {
        Argument<string> service = ModelOptions.Service();
        var ports = new Option<string[]>("--port")
        {
            Description = "A port of the service, 1 to 65535; once for each.",
            HelpName = "PORT",
        };
        Option<bool> dryRun = ModelOptions.DryRun();
        var verb = new Verb(
            "expose",
            "Open ports of a service to the world, in place of those that were open.",
            "expose web --port 80 --port 443")
        {
            service,
        };
        verb.Options.Add(ports);
        verb.Options.Add(dryRun);
        new ModelCall().ServeWrite(verb, async (parsed, session) =>
        {
            string[] given = parsed.GetValue(ports) ?? [];
            if (given.Length == 0)
            {
                throw new VerbFailedException(ExitCode.WrongUse, "--port is missing; give a port at least, such as --port 80");
            }

            var request = new ExposeRequest { Service = parsed.GetValue(service)!, DryRun = parsed.GetValue(dryRun) };
            request.Ports.Add(given.Select(ModelOptions.Port));
            ChangeResponse change = await session.Client.ExposeAsync(request, session.CancellationToken);
            await session.WriteChangeAsync(
                change, $"Exposed {request.Service} on {string.Join(", ", request.Ports.Distinct().Order())}");
        });
        return verb;
    }
}
